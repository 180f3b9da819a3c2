import { useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { banSpans, muteSpans, spanText } from '../text/spans-of-time.ts'
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
  <Field label="Reason" hint="They are told. Optional." maxLength={MAX_REASON_CHARS} {...props} />
)

const given = (reason: string) => (reason.trim() === '' ? {} : { reason: reason.trim() })

const useNamed = (userId: string) => isolated(useName(userId))

/** Shows a member out, who may come back where the access allows. */
export function KickDialog({ conversation: { doors, members }, userId, onClose }: PersonProps) {
  const [reason, setReason] = useState('')
  const { access } = doors.get()
  const kick = async () => {
    await doors.room.remove(userId, given(reason))
    members.is(userId, false)
  }
  return (
    <FormDialog title={`Remove ${useNamed(userId)}?`} action="Remove" onClose={onClose} onSubmit={kick} isDangerous>
      <p>
        {access === 'private'
          ? 'They leave the room at once. To come back they must be added again, or have an invite.'
          : 'They leave the room at once, and can join it again. A ban keeps them out.'}
      </p>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

const bans = banSpans.map((seconds) => ({
  value: seconds,
  label: seconds === 0 ? 'For good' : spanText(seconds),
}))

/** Shows somebody out, and keeps them out. */
export function BanDialog({ conversation: { doors, members }, userId, onClose }: PersonProps) {
  const [seconds, setSeconds] = useState(0)
  const [reason, setReason] = useState('')
  const ban = async () => {
    await doors.room.ban(userId, { ...(seconds === 0 ? {} : { seconds }), ...given(reason) })
    members.is(userId, false)
  }
  return (
    <FormDialog title={`Ban ${useNamed(userId)}?`} action="Ban" onClose={onClose} onSubmit={ban} isDangerous>
      <p>They leave the room at once, and can neither join nor be added.</p>
      <Select label="For" value={seconds} options={bans} onChange={setSeconds} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

const mutes = muteSpans.map((seconds) => ({ value: seconds, label: spanText(seconds) }))

/** Lets a member read and not write for a time. */
export function MuteDialog({ conversation: { doors, members }, userId, onClose }: PersonProps) {
  const [seconds, setSeconds] = useState(HOUR_SECONDS)
  const [reason, setReason] = useState('')
  const mute = async () => {
    const { mutedUntil } = await doors.room.mute(userId, { seconds, ...given(reason) })
    members.stands(userId, { role: members.get().standings.get(userId)?.role ?? 'member', mutedUntil })
  }
  return (
    <FormDialog title={`Mute ${useNamed(userId)}?`} action="Mute" onClose={onClose} onSubmit={mute}>
      <p>They can go on reading, and not write.</p>
      <Select label="For" value={seconds} options={mutes} onChange={setSeconds} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

export function BlockDialog({ userId, onClose }: Omit<PersonProps, 'conversation'>) {
  const { blocked } = useChat()
  return (
    <FormDialog
      title={`Block ${useNamed(userId)}?`}
      action="Block"
      onClose={onClose}
      onSubmit={() => blocked.block(userId)}
      isDangerous
    >
      <p>
        They cannot write to you or add you to rooms, and you cannot write to them. They are not told. You find them in
        the settings, where you can end it.
      </p>
    </FormDialog>
  )
}

interface ReportProps {
  conversation: Conversation
  message: MessageEvent
  onClose: () => void
}

/** Tells the moderators of a room about a message. */
export function ReportDialog({ conversation: { doors }, message, onClose }: ReportProps) {
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      title="Report a message"
      action="Report"
      onClose={onClose}
      onSubmit={() => doors.room.report(message.messageId, reason.trim())}
    >
      <QuotedText message={message} />
      <p className="hint">
        The moderators of this room will see who reported it. {useNamed(message.senderId)} is not told.
      </p>
      <Field
        label="What is wrong with it?"
        required
        pattern=".*\S.*"
        maxLength={MAX_REASON_CHARS}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  )
}
