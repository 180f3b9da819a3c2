import type { MessageEvent } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { FormDialog } from './form-dialog.tsx'
import { QuotedText } from './quoted-text.tsx'

interface DeleteMessageProps {
  conversation: Conversation
  message: MessageEvent
  onClose: () => void
}

/** Asks before a message is deleted. */
export function DeleteMessageDialog({ conversation: { doors }, message, onClose }: DeleteMessageProps) {
  return (
    <FormDialog
      title={words.askDeleteMessage}
      action={words.delete}
      onClose={onClose}
      onSubmit={() => doors.room.delete(message.messageId)}
      isDangerous
    >
      <QuotedText message={message} />
      <p>{words.deletedForAll}</p>
    </FormDialog>
  )
}
