import type { Conversation } from '../state/conversation.ts'
import { saidIn } from '../text/said.ts'
import { PinIcon } from './icons.tsx'
import { useDialogs } from './use-dialogs.ts'
import { usePins } from './use-pins.ts'

/** Shows the message that was pinned last; a click shows all of them. */
export function PinnedBar({ conversation }: { conversation: Conversation }) {
  const open = useDialogs()
  const { count, messages } = usePins(conversation, 1)
  const [message] = messages
  if (count === 0) return null
  return (
    <button type="button" className="pinned" aria-haspopup="dialog" onClick={() => open({ name: 'pins' })}>
      <PinIcon />
      <span className="visually-hidden">{count === 1 ? '1 pinned message.' : `${count} pinned messages.`} </span>
      <span className="grow ellipsis" dir="auto">
        {message ? saidIn(message) : 'Pinned message'}
      </span>
      {count > 1 && (
        <span className="soft" aria-hidden="true">
          {count}
        </span>
      )}
    </button>
  )
}
