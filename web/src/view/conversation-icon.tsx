import type { Conversation } from '../state/conversation.ts'
import { Avatar } from './avatar.tsx'
import { HashIcon } from './icons.tsx'
import { useStore } from './use-store.ts'

export function ConversationIcon({ conversation }: { conversation: Conversation }) {
  const title = useStore(conversation.title)
  if (conversation.kind === 'direct') return <Avatar id={conversation.subject} name={title} size="small" />
  return (
    <span className="room-icon" aria-hidden="true">
      <HashIcon />
    </span>
  )
}
