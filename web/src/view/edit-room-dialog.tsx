import { useEffect, useState } from 'react'
import { ChatError, type RoomDetails } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { isolated } from '../text/isolated.ts'
import { formOf, type RoomForm, roomUpdate } from '../text/room-edits.ts'
import { retentionSpans, slowSpans, spanText } from '../text/spans-of-time.ts'
import { AccessField } from './access-field.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { FormError } from './form-error.tsx'
import { NameField } from './name-field.tsx'
import { Select } from './select.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

const MAX_TOPIC_CHARS = 250
const MAX_URL_CHARS = 1_024
const DAY_SECONDS = 24 * 60 * 60

const CONFLICT =
  'Somebody else has changed the room meanwhile. What they changed is shown here now: look, and save again.'

interface EditProps {
  conversation: Conversation
  onClose: () => void
}

/** Changes what a room is. */
export function EditRoomDialog({ conversation, onClose }: EditProps) {
  const { doors } = conversation
  const { details } = useStore(doors)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    doors.load().catch((error: unknown) => setProblem(errorSentence(error)))
  }, [doors])
  const title = `Edit ${isolated(conversation.title.get())}`
  if (details) return <EditForm title={title} details={details} conversation={conversation} onClose={onClose} />
  return (
    <Dialog title={title} onClose={onClose}>
      <FormError>{problem}</FormError>
      {problem === undefined && <p role="status">Loading …</p>}
    </Dialog>
  )
}

const writers = [
  { value: 'member', label: 'All members' },
  { value: 'moderator', label: 'Moderators and owners' },
] as const

const inviters = [...writers, { value: 'owner', label: 'Owners' }] as const

const slownesses = slowSpans.map((seconds) => ({
  value: seconds,
  label: seconds === 0 ? 'Off' : spanText(seconds),
}))

const daysText = (days: number) => spanText(days * DAY_SECONDS)

const retentions = retentionSpans.map((days) => ({
  value: days,
  label: days === 0 ? 'As long as this chat keeps them' : daysText(days),
}))

/** With what somebody has chosen elsewhere. */
const withOther = (
  options: readonly { value: number; label: string }[],
  value: number,
  textOf: (value: number) => string,
) => (options.some((option) => option.value === value) ? options : [...options, { value, label: textOf(value) }])

function EditForm({ title, details, conversation, onClose }: EditProps & { title: string; details: RoomDetails }) {
  const { doors } = conversation
  const { limits } = useChat()
  const [edits, setEdits] = useState<Partial<RoomForm>>({})
  const form = { ...formOf(details), ...edits }
  const set =
    <K extends keyof RoomForm>(name: K) =>
    (value: RoomForm[K]) =>
      setEdits((before) => ({ ...before, [name]: value }))
  const save = async () => {
    const update = roomUpdate(details, edits)
    try {
      if (update) await doors.update(update)
    } catch (error) {
      if (error instanceof ChatError && error.code === 'conflict') throw new Error(CONFLICT, { cause: error })
      throw error
    }
  }
  return (
    <FormDialog title={title} action="Save" onClose={onClose} onSubmit={save}>
      <NameField label="Name" value={form.roomName} onChange={set('roomName')} maxLength={limits.roomNameChars} />
      <Field label="Topic" value={form.topic} onChange={set('topic')} maxLength={MAX_TOPIC_CHARS} />
      <Select
        label="Slow mode"
        hint="The least time between two messages of a member."
        value={form.slowModeSeconds}
        options={withOther(slownesses, form.slowModeSeconds, spanText)}
        onChange={set('slowModeSeconds')}
      />
      {doors.can('configure') && (
        <>
          <Field
            label="Picture"
            hint="The address of a picture, beginning with https://. Optional."
            type="url"
            pattern="https://\S+"
            maxLength={MAX_URL_CHARS}
            dir="ltr"
            value={form.imageUrl}
            onChange={set('imageUrl')}
          />
          <AccessField value={form.access} onChange={set('access')} />
          <Select label="Who may write" value={form.post} options={writers} onChange={set('post')} />
          <Select label="Who may add people" value={form.invite} options={inviters} onChange={set('invite')} />
          <Select label="Who may pin messages" value={form.pin} options={writers} onChange={set('pin')} />
          <Select
            label="Keep messages for"
            hint="Older ones are shown to nobody. New ones are deleted after that time, with their files."
            value={form.retentionDays}
            options={withOther(retentions, form.retentionDays, daysText)}
            onChange={set('retentionDays')}
          />
        </>
      )}
    </FormDialog>
  )
}
