import { useState } from 'react'
import { protocolLimits } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { FormDialog } from './form-dialog.tsx'
import { NameField } from './name-field.tsx'
import { goTo } from './use-route.ts'

interface DialogProps {
  onClose: () => void
}

/** Asks for confirmation before messages or files are lost. */
export const SignOutDialog = ({ onClose, onSignOut }: DialogProps & { onSignOut: () => void }) => (
  <FormDialog
    title={words.askSignOut}
    action={words.signOut}
    onClose={onClose}
    onSubmit={async () => onSignOut()}
    isDangerous
  >
    <p>{words.unsentIsLost}</p>
  </FormDialog>
)

export function DirectDialog({ onClose }: DialogProps) {
  const [name, setName] = useState('')
  const open = async () => goTo({ kind: 'direct', userId: name.trim() })
  return (
    <FormDialog title={words.newMessage} action={words.openConversation} onClose={onClose} onSubmit={open}>
      <NameField
        label={words.to}
        hint={words.signInName}
        value={name}
        onChange={setName}
        maxLength={protocolLimits.userIdChars}
      />
    </FormDialog>
  )
}
