import { useState } from 'react'
import { isDirectRoomId } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { inviteIn } from '../text/invite-link.ts'
import { isRoomId, roomIdIn } from '../text/room-id.ts'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useChat } from './use-chat.ts'
import { goTo, replaceBy } from './use-route.ts'

interface DialogProps {
  onClose: () => void
}

/** A dialog to join a room by its link, its id, or an invite. */
export function JoinDialog({ onClose }: DialogProps) {
  const chat = useChat()
  const [text, setText] = useState('')
  const join = async () => {
    const invite = inviteIn(text)
    goTo((await (invite === undefined ? chat.join(roomIdIn(text)) : chat.joinBy(invite))).route)
  }
  return (
    <FormDialog title={words.joinRoom} action={words.join} onClose={onClose} onSubmit={join}>
      <Field
        label={words.linkOrId}
        hint={words.linkHint}
        problem={joinProblem(text)}
        value={text}
        onChange={setText}
        required
        dir="ltr"
      />
    </FormDialog>
  )
}

function joinProblem(text: string): string | undefined {
  const id = roomIdIn(text)
  if (id === '' || inviteIn(text) !== undefined || (isRoomId(id) && !isDirectRoomId(id))) return undefined
  return words.noLinkNorId
}

/** The dialog that the link of an invite opens. */
export function InvitedDialog({ invite }: { invite: string }) {
  const chat = useChat()
  const leave = () => {
    // After the invite has worked, the room is already open.
    if (window.location.hash.startsWith('#/join/')) replaceBy({ kind: 'home' })
  }
  const join = async () => replaceBy((await chat.joinBy(invite)).route)
  return (
    <FormDialog title={words.youAreInvited} action={words.joinTheRoom} onClose={leave} onSubmit={join}>
      <p>{words.invitedHint}</p>
    </FormDialog>
  )
}
