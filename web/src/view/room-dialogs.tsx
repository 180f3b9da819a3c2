import { useState } from 'react'
import { protocolLimits } from '../../../client/index.ts'
import { FormDialog } from './form-dialog.tsx'
import { NameField } from './name-field.tsx'
import { goTo } from './use-route.ts'

interface DialogProps {
  onClose: () => void
}

/** Asks before messages or files are lost. */
export const SignOutDialog = ({ onClose, onSignOut }: DialogProps & { onSignOut: () => void }) => (
  <FormDialog title="Sign out?" action="Sign out" onClose={onClose} onSubmit={async () => onSignOut()} isDangerous>
    <p>Some of what you wrote is not sent yet. It will be lost.</p>
  </FormDialog>
)

export function DirectDialog({ onClose }: DialogProps) {
  const [name, setName] = useState('')
  const open = async () => goTo({ kind: 'direct', userId: name.trim() })
  return (
    <FormDialog title="New message" action="Open conversation" onClose={onClose} onSubmit={open}>
      <NameField
        label="To"
        hint="The name they sign in with."
        value={name}
        onChange={setName}
        maxLength={protocolLimits.userIdChars}
      />
    </FormDialog>
  )
}
