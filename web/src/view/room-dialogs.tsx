import { useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { isDirectRoomId, protocolLimits } from '../../../client/index.ts'
import { isolated } from '../text/isolated.ts'
import { isRoomId, roomIdFrom, roomIdIn } from '../text/room-id.ts'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { NameField } from './name-field.tsx'
import { RoomIdField } from './room-id-field.tsx'
import { useChat } from './use-chat.ts'
import { goTo, replaceBy } from './use-route.ts'

interface DialogProps {
  onClose: () => void
}

/** Asks before messages or files are lost. */
export const SignOutDialog = ({ onClose, onSignOut }: DialogProps & { onSignOut: () => void }) => (
  <FormDialog title="Sign out?" action="Sign out" onClose={onClose} onSubmit={async () => onSignOut()} isDangerous>
    <p>Some of what you wrote is not sent yet. It will be lost.</p>
  </FormDialog>
)

const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

export function NewRoomDialog({ onClose }: DialogProps) {
  const chat = useChat()
  const [name, setName] = useState('')
  const [ownId, setOwnId] = useState<string>()
  const [members, setMembers] = useState('')
  const id = ownId ?? roomIdFrom(name)
  const create = async () => {
    const room = { roomName: name.trim(), members: namesIn(members), ...(id === '' ? {} : { chatRoomId: id }) }
    goTo((await chat.create(room)).route)
  }
  return (
    <FormDialog title="New room" action="Create room" onClose={onClose} onSubmit={create}>
      <NameField label="Name" value={name} onChange={setName} maxLength={chat.limits.roomNameChars} />
      <RoomIdField
        label="Id"
        hint="What others type to join. Left empty, the room gets one of its own."
        value={id}
        onChange={setOwnId}
      />
      <Field label="Members" hint="Names with commas between them. Optional." value={members} onChange={setMembers} />
    </FormDialog>
  )
}

export function JoinDialog({ onClose }: DialogProps) {
  const chat = useChat()
  const [id, setId] = useState('')
  const join = async () => goTo((await chat.join(roomIdIn(id))).route)
  return (
    <FormDialog title="Join a room" action="Join" onClose={onClose} onSubmit={join}>
      <Field
        label="Link or id of the room"
        hint="A member finds it in the details of the room."
        problem={joinProblem(roomIdIn(id))}
        value={id}
        onChange={setId}
        required
        dir="ltr"
      />
    </FormDialog>
  )
}

function joinProblem(id: string): string | undefined {
  if (id === '' || (isRoomId(id) && !isDirectRoomId(id))) return undefined
  return 'This is neither the link nor the id of a room.'
}

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

export function LeaveDialog({ conversation, onClose }: DialogProps & { conversation: Conversation }) {
  const chat = useChat()
  const leave = async () => {
    await chat.leave(conversation)
    replaceBy({ kind: 'home' })
  }
  return (
    <FormDialog
      title={`Leave ${isolated(conversation.title.get())}?`}
      action="Leave room"
      onClose={onClose}
      onSubmit={leave}
      isDangerous
    >
      <p>You will get no more messages of this room. Whoever knows its id can join it again.</p>
    </FormDialog>
  )
}
