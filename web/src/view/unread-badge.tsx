import type { Conversation } from '../state/conversation.ts'
import { countText } from '../text/count-text.ts'
import { useStore } from './use-store.ts'

export function UnreadBadge({ conversation }: { conversation: Conversation }) {
  const { count } = useStore(conversation.unread)
  if (count === 0) return null
  return (
    <span className="badge">
      {countText(count)}
      <span className="visually-hidden"> unread</span>
    </span>
  )
}
