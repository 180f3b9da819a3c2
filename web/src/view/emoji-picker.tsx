import { useLayoutEffect, useRef, useState } from 'react'
import { words } from '../language/words.ts'
import { useChat } from './use-chat.ts'
import { useLoaded } from './use-loaded.ts'

const loadChoice = () => import('./emoji-choice.tsx')

interface PickerProps {
  /** The purpose of the choice. */
  label: string
  onChoose: (emoji: string) => void
  onClose: () => void
}

/** A choice of emoji. All of them are loaded when it opens. */
export function EmojiPicker({ label, onChoose, onClose }: PickerProps) {
  const chat = useChat()
  const [usual] = useState(() => chat.usualEmoji)
  const ref = useRef<HTMLDivElement>(null)
  const part = useLoaded(loadChoice)
  useLayoutEffect(() => {
    ref.current?.showPopover()
    ref.current?.querySelector('button')?.focus()
  }, [])
  const choose = (emoji: string) => {
    onClose()
    chat.choseEmoji(emoji)
    onChoose(emoji)
  }
  return (
    <div
      ref={ref}
      className="emoji-picker"
      role="dialog"
      aria-label={label}
      popover="auto"
      onToggle={({ newState }) => newState === 'closed' && onClose()}
    >
      <div className="usual-emoji">
        {usual.map((emoji) => (
          <button key={emoji} type="button" className="emoji" onClick={() => choose(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      {part === undefined && <p className="soft">{words.loadingEmoji}</p>}
      {part === 'failed' && <p className="soft">{words.emojiNotLoaded}</p>}
      {typeof part === 'object' && <part.EmojiChoice onChoose={choose} />}
    </div>
  )
}
