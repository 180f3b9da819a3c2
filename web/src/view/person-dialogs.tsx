import { useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { useRoom } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { banSpans, deleteSpans, muteSpans, spanText } from '../text/spans-of-time.ts'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { Select } from './select.tsx'
import { QuotedText } from './quoted-text.tsx'
import { useChat } from './use-chat.ts'
import { useName } from './use-names.ts'

const MAX_REASON_CHARS = 256
const HOUR_SECONDS = 3_600

interface PersonProps {
  conversation: Conversation
  userId: string
  onClose: () => void
}

interface ReasonProps {
  value: string
  onChange: (reason: string) => void
}

const ReasonField = (props: ReasonProps) => (
  <Field label={words.reason} hint={words.reasonHint} maxLength={MAX_REASON_CHARS} {...props} />
)

const given = (reason: string) => (reason.trim() === '' ? {} : { reason: reason.trim() })

const useNamed = (userId: string) => isolated(useName(userId))

/** A dialog to remove a member, who may come back if the room's access allows it. */
export function KickDialog({ conversation, userId, onClose }: PersonProps) {
  const { doors, members } = conversation
  const [reason, setReason] = useState('')
  const { access } = useRoom(conversation.talk)
  const kick = async () => {
    await doors.room.remove(userId, given(reason))
    members.is(userId, false)
  }
  return (
    <FormDialog
      title={words.askRemove(useNamed(userId))}
      action={words.remove}
      onClose={onClose}
      onSubmit={kick}
      isDangerous
    >
      <p>{access === 'private' ? words.removedFromPrivate : words.removedFromOpen}</p>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

const bans = () =>
  banSpans.map((seconds) => ({
    value: seconds,
    label: seconds === 0 ? words.forGood : spanText(seconds),
  }))

const deletions = () =>
  deleteSpans.map((seconds) => ({
    value: seconds,
    label: seconds === 0 ? words.deleteNothing : words.deleteLast(spanText(seconds)),
  }))

/** A dialog to ban a user. */
export function BanDialog({ conversation: { doors, members }, userId, onClose }: PersonProps) {
  const [seconds, setSeconds] = useState(0)
  const [deleted, setDeleted] = useState(0)
  const [reason, setReason] = useState('')
  const ban = async () => {
    await doors.room.ban(userId, {
      ...(seconds === 0 ? {} : { seconds }),
      ...(deleted === 0 ? {} : { deleteMessagesSeconds: deleted }),
      ...given(reason),
    })
    members.is(userId, false)
  }
  return (
    <FormDialog title={words.askBan(useNamed(userId))} action={words.ban} onClose={onClose} onSubmit={ban} isDangerous>
      <p>{words.banHint}</p>
      <Select label={words.for} value={seconds} options={bans()} onChange={setSeconds} />
      <Select label={words.deleteSaid} value={deleted} options={deletions()} onChange={setDeleted} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

const mutes = () => muteSpans.map((seconds) => ({ value: seconds, label: spanText(seconds) }))

/** A dialog to mute a member for a time. */
export function MuteDialog({ conversation: { doors, members }, userId, onClose }: PersonProps) {
  const [seconds, setSeconds] = useState(HOUR_SECONDS)
  const [reason, setReason] = useState('')
  const mute = async () => {
    const { mutedUntil } = await doors.room.mute(userId, { seconds, ...given(reason) })
    members.stands(userId, { role: members.get().standings.get(userId)?.role ?? 'member', mutedUntil })
  }
  return (
    <FormDialog title={words.askMute(useNamed(userId))} action={words.mute} onClose={onClose} onSubmit={mute}>
      <p>{words.muteHint}</p>
      <Select label={words.for} value={seconds} options={mutes()} onChange={setSeconds} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

export function BlockDialog({ userId, onClose }: Omit<PersonProps, 'conversation'>) {
  const { blocked } = useChat()
  return (
    <FormDialog
      title={words.askBlock(useNamed(userId))}
      action={words.block}
      onClose={onClose}
      onSubmit={() => blocked.block(userId)}
      isDangerous
    >
      <p>{words.blockHint}</p>
    </FormDialog>
  )
}

interface ReportProps {
  conversation: Conversation
  message: MessageEvent
  onClose: () => void
}

/** A dialog to report a message to the moderators of a room. */
export function ReportDialog({ conversation: { doors }, message, onClose }: ReportProps) {
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      title={words.reportMessage}
      action={words.report}
      onClose={onClose}
      onSubmit={() => doors.room.report(message.messageId, reason.trim())}
    >
      <QuotedText message={message} />
      <p className="hint">{words.reportHint(useNamed(message.senderId))}</p>
      <Field
        label={words.whatIsWrong}
        required
        pattern=".*\S.*"
        maxLength={MAX_REASON_CHARS}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  )
}
