import { type FormEvent, useId, useState } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { beginOf, dayValue } from '../text/day-value.ts'
import { ToldError } from '../text/told-error.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { showMessage } from './show-message.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'

/** A dialog that goes to the first message of a day, or to the next message after that day. */
export function DayDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const id = useId()
  const now = useChat().client.serverNow
  const [day, setDay] = useState(() => dayValue(now))
  const { run, isRunning, error } = useAct()
  const go = async () => {
    const begin = beginOf(day)
    if (begin === undefined) throw new ToldError(words.media.chooseDay)
    const { timeline } = conversation
    if (!(await timeline.seek(({ timestamp }) => timestamp < begin))) {
      const isLost = timeline.get().error !== undefined
      throw new ToldError(isLost ? words.media.messagesNotLoaded : words.media.dayTooFar)
    }
    const first = timeline.get().messages.find(({ timestamp }) => timestamp >= begin)
    if (!first) throw new ToldError(words.media.nothingSince)
    onClose()
    const place = `${hashOf(conversation.route)}/${first.seq}`
    // The list scrolls to the message in the address when the address changes.
    if (window.location.hash === place) showMessage(first.seq)
    else window.location.hash = place
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    run(go)
  }
  return (
    <Dialog title={words.media.goToDay} onClose={onClose}>
      <form className="form" onSubmit={onSubmit}>
        <div className="field">
          <label htmlFor={id}>{words.media.day}</label>
          <input
            id={id}
            type="date"
            required
            max={dayValue(now)}
            value={day}
            onInput={(event) => setDay(event.currentTarget.value)}
          />
        </div>
        <FormError>{error}</FormError>
        <div className="form-actions">
          <button className="button primary" disabled={isRunning}>
            {isRunning ? words.media.looking : words.media.go}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
