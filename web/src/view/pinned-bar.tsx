import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { PinIcon } from './icons.tsx'
import { useDialogs } from './use-dialogs.ts'
import { usePins } from './use-pins.ts'
import { useSaid } from './use-said.ts'

/** Shows the message that was pinned last; a click shows all of them. */
export function PinnedBar({ conversation }: { conversation: Conversation }) {
  const open = useDialogs()
  const { count, messages } = usePins(conversation, 1)
  const said = useSaid(messages[0])
  if (count === 0) return null
  return (
    <button type="button" className="pinned" aria-haspopup="dialog" onClick={() => open({ name: 'pins' })}>
      <PinIcon />
      <span className="visually-hidden">{words.pinnedCount(count)} </span>
      <span className="grow ellipsis" dir="auto">
        {said || words.pinnedMessage}
      </span>
      {count > 1 && (
        <span className="soft" aria-hidden="true">
          {count}
        </span>
      )}
    </button>
  )
}
