import { useState } from 'react'
import type { ChosenAccess } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { namesIn } from '../text/names-in.ts'
import { roomIdFrom } from '../text/room-id.ts'
import { AccessField } from './access-field.tsx'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { NameField } from './name-field.tsx'
import { RoomIdField } from './room-id-field.tsx'
import { useChat } from './use-chat.ts'
import { goTo } from './use-route.ts'

/** A dialog to create a room. By default it is private and has an id that nobody can guess. */
export function NewRoomDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat()
  const [name, setName] = useState('')
  const [access, setAccess] = useState<ChosenAccess>('private')
  const [id, setId] = useState('')
  const [members, setMembers] = useState('')
  const create = async () => {
    const room = { roomName: name.trim(), members: namesIn(members), access, ...(id === '' ? {} : { chatRoomId: id }) }
    goTo((await chat.create(room)).route)
  }
  return (
    <FormDialog title={words.newRoom} action={words.createRoom} onClose={onClose} onSubmit={create}>
      <NameField label={words.name} value={name} onChange={setName} maxLength={chat.limits.roomNameChars} />
      <AccessField value={access} onChange={setAccess} />
      <Field label={words.members} hint={words.membersHint} value={members} onChange={setMembers} />
      {chat.mayChooseIds && (
        // A wrong id must be visible so that the user can correct it.
        <details className="advanced" onInvalidCapture={({ currentTarget }) => (currentTarget.open = true)}>
          <summary>{words.advanced}</summary>
          <RoomIdField
            label={words.id}
            hint={words.idHint}
            placeholder={roomIdFrom(name)}
            value={id}
            onChange={setId}
          />
        </details>
      )}
    </FormDialog>
  )
}
