import type { Conversation } from '../state/conversation.ts'
import { AccessIcon } from './access-icon.tsx'
import { Face } from './face.tsx'
import { useRoom } from '../../../client/react/index.ts'

/** The picture of a user, with a dot if they are online; or a lock, a globe or a hash for a room. */
export function ConversationIcon({ conversation }: { conversation: Conversation }) {
  const { access } = useRoom(conversation.talk)
  if (conversation.kind === 'direct') return <Face userId={conversation.subject} />
  return (
    <span className="room-icon" aria-hidden="true">
      <AccessIcon access={access} />
    </span>
  )
}
