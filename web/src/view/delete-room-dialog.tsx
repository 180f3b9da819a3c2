import { useState } from 'react'
import { words } from '../language/words.ts'
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
      title={words.askDelete(isolated(title))}
      action={words.deleteForAll}
      onClose={onClose}
      onSubmit={remove}
      isDangerous
    >
      <p>{words.roomIsDeleted}</p>
      <Field
        label={words.typeToConfirm(isolated(title))}
        problem={typed.trim() === title.trim() ? undefined : words.notItsName}
        required
        value={typed}
        onChange={setTyped}
      />
    </FormDialog>
  )
}
