import type { Conversation } from '../state/conversation.ts'
import { AccessIcon } from './access-icon.tsx'
import { Avatar } from './avatar.tsx'
import { useStore } from './use-store.ts'

/** The picture of a person; a lock, a globe or a hash for a room. */
export function ConversationIcon({ conversation }: { conversation: Conversation }) {
  const { access } = useStore(conversation.doors)
  if (conversation.kind === 'direct') return <Avatar id={conversation.subject} size="small" />
  return (
    <span className="room-icon" aria-hidden="true">
      <AccessIcon access={access} />
    </span>
  )
}
