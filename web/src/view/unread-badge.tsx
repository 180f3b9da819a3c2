import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { countText } from '../text/count-text.ts'
import { useStore } from '../../../client/react/index.ts'

export function UnreadBadge({ conversation }: { conversation: Conversation }) {
  const { count, hasMore, mentions } = useStore(conversation.unread)
  const { level } = useStore(conversation.notify)
  const isQuiet = level === 'none' || (level === 'mentions' && mentions === 0)
  if (count === 0) return null
  return (
    <span className={`badge ${isQuiet ? 'is-quiet' : mentions > 0 ? 'is-for-me' : ''}`}>
      {mentions > 0 && <span aria-hidden="true">@ </span>}
      {countText(count, hasMore)}
      <span className="visually-hidden">{words.unread(mentions > 0)}</span>
    </span>
  )
}
