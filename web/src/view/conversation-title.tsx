import type { Conversation } from '../state/conversation.ts'
import { lettersOf } from '../text/letters-of.ts'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

/** The name of a room or person. One that looks like another's has the room's id, or its letters, beside it. */
export function ConversationTitle({ conversation }: { conversation: Conversation }) {
  const title = useStore(conversation.title)
  const isAlike = useStore(useChat().places).has(conversation.key)
  const hint = conversation.kind === 'room' ? conversation.key : lettersOf(title)
  return (
    <>
      <bdi>{title}</bdi>
      {isAlike && hint !== '' && <small className="hint-inline"> {hint}</small>}
    </>
  )
}
