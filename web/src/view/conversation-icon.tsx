import type { Conversation } from '../state/conversation.ts'
import { AccessIcon } from './access-icon.tsx'
import { Avatar } from './avatar.tsx'
import { OnlineDot } from './online-dot.tsx'
import { useRoom } from '../../../client/react/index.ts'

/** The picture of a user, with a dot if they are online; or a lock, a globe or a hash for a room. */
export function ConversationIcon({ conversation }: { conversation: Conversation }) {
  const { access } = useRoom(conversation.talk)
  if (conversation.kind === 'direct') {
    return (
      <span className="with-dot">
        <Avatar id={conversation.subject} size="small" />
        <OnlineDot userId={conversation.subject} />
      </span>
    )
  }
  return (
    <span className="room-icon" aria-hidden="true">
      <AccessIcon access={access} />
    </span>
  )
}
