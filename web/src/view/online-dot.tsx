import { words } from '../language/words.ts'
import { useOnline } from '../../../client/react/index.ts'
import { useVisible } from './use-visible.ts'

/** A dot on the picture of a user who is online. */
export function OnlineDot({ userId }: { userId: string }) {
  const isOnline = useOnline(userId, useVisible())
  return isOnline && <span className="online-dot" role="img" aria-label={words.online} title={words.online} />
}
