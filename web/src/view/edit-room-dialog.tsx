import { useEffect, useState } from 'react'
import { ChatError, type RoomDetails } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ToldError } from '../text/told-error.ts'
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
import { usePermissions, useRoom } from '../../../client/react/index.ts'

const MAX_TOPIC_CHARS = 250
const MAX_URL_CHARS = 1_024
const DAY_SECONDS = 24 * 60 * 60

interface EditProps {
  conversation: Conversation
  onClose: () => void
}

/** A dialog to change the details and settings of a room. */
export function EditRoomDialog({ conversation, onClose }: EditProps) {
  const { doors } = conversation
  const { details } = useRoom(conversation.talk)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    doors.load().catch((error: unknown) => setProblem(errorSentence(error)))
  }, [doors])
  const title = words.editTitle(isolated(conversation.title.get()))
  if (details) return <EditForm title={title} details={details} conversation={conversation} onClose={onClose} />
  return (
    <Dialog title={title} onClose={onClose}>
      <FormError>{problem}</FormError>
      {problem === undefined && <p role="status">{words.loading}</p>}
    </Dialog>
  )
}

const writers = () => (['member', 'moderator'] as const).map((value) => ({ value, label: words.ranks[value] }))

const inviters = () => [...writers(), { value: 'owner' as const, label: words.ranks.owner }]

const slownesses = () =>
  slowSpans.map((seconds) => ({
    value: seconds,
    label: seconds === 0 ? words.off : spanText(seconds),
  }))

const daysText = (days: number) => spanText(days * DAY_SECONDS)

const retentions = () =>
  retentionSpans.map((days) => ({
    value: days,
    label: days === 0 ? words.keepDefault : daysText(days),
  }))

/** With what somebody has chosen elsewhere. */
const withOther = (
  options: readonly { value: number; label: string }[],
  value: number,
  textOf: (value: number) => string,
) => (options.some((option) => option.value === value) ? options : [...options, { value, label: textOf(value) }])

function EditForm({ title, details, conversation, onClose }: EditProps & { title: string; details: RoomDetails }) {
  const { doors } = conversation
  const can = usePermissions(conversation.talk)
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
      if (error instanceof ChatError && error.code === 'conflict')
        throw new ToldError(words.editConflict, { cause: error })
      throw error
    }
  }
  return (
    <FormDialog title={title} action={words.save} onClose={onClose} onSubmit={save}>
      <NameField label={words.name} value={form.roomName} onChange={set('roomName')} maxLength={limits.roomNameChars} />
      <Field label={words.topic} value={form.topic} onChange={set('topic')} maxLength={MAX_TOPIC_CHARS} />
      <Select
        label={words.slow}
        hint={words.slowHint}
        value={form.slowModeSeconds}
        options={withOther(slownesses(), form.slowModeSeconds, spanText)}
        onChange={set('slowModeSeconds')}
      />
      {can('configure') && (
        <>
          <Field
            label={words.picture}
            hint={words.pictureHint}
            type="url"
            pattern="https://\S+"
            maxLength={MAX_URL_CHARS}
            dir="ltr"
            value={form.imageUrl}
            onChange={set('imageUrl')}
          />
          <AccessField value={form.access} onChange={set('access')} />
          <Select label={words.whoMayWrite} value={form.post} options={writers()} onChange={set('post')} />
          <Select label={words.whoMayAdd} value={form.invite} options={inviters()} onChange={set('invite')} />
          <Select label={words.whoMayPin} value={form.pin} options={writers()} onChange={set('pin')} />
          <Select
            label={words.keepFor}
            hint={words.keepHint}
            value={form.retentionDays}
            options={withOther(retentions(), form.retentionDays, daysText)}
            onChange={set('retentionDays')}
          />
        </>
      )}
    </FormDialog>
  )
}
