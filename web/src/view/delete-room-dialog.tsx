import { useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useChat } from './use-chat.ts'
import { replaceBy } from './use-route.ts'

/** Deletes a room, after the user has typed its name. */
export function DeleteRoomDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const chat = useChat()
  const title = conversation.title.get()
  const [typed, setTyped] = useState('')
  const remove = async () => {
    await chat.delete(conversation)
    replaceBy({ kind: 'home' })
  }
  return (
    <FormDialog
      title={`Delete ${isolated(title)}?`}
      action="Delete for everybody"
      onClose={onClose}
      onSubmit={remove}
      isDangerous
    >
      <p>All messages and files of the room are deleted, for all of its members. This cannot be undone.</p>
      <Field
        label={`To confirm, type ${isolated(title)}`}
        problem={typed.trim() === title.trim() ? undefined : 'This is not the name of the room.'}
        required
        value={typed}
        onChange={setTyped}
      />
    </FormDialog>
  )
}
