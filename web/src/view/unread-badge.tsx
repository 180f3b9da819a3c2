import type { Conversation } from '../state/conversation.ts'
import { countOf } from '../text/sentences.ts'
import { useStore } from './use-store.ts'

export function UnreadBadge({ conversation }: { conversation: Conversation }) {
  const { count } = useStore(conversation.unread)
  if (count === 0) return null
  return (
    <span className="badge">
      {countOf(count)}
      <span className="visually-hidden"> unread</span>
    </span>
  )
}
