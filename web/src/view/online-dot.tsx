import { words } from '../language/words.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** Says that a user is online; nothing when they aren't. It stands on their picture. */
export function OnlineDot({ userId }: { userId: string }) {
  const isOnline = useStore(useChat().online).has(userId)
  return isOnline && <span className="online-dot" role="img" aria-label={words.online} title={words.online} />
}
