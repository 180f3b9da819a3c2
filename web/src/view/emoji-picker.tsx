import { lazy, Suspense, useLayoutEffect, useRef } from 'react'

const EmojiChoice = lazy(() => import('./emoji-choice.tsx'))

/** What is given most, at one click. */
const USUAL = ['👍', '❤️', '😂', '🎉', '😮', '🙏']

interface PickerProps {
  onChoose: (emoji: string) => void
  onClose: () => void
}

/** A choice of emoji beside a message. All of them are loaded when it opens. */
export function EmojiPicker({ onChoose, onClose }: PickerProps) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    ref.current?.showPopover()
    ref.current?.querySelector('button')?.focus()
  }, [])
  const choose = (emoji: string) => {
    onClose()
    onChoose(emoji)
  }
  return (
    <div
      ref={ref}
      className="emoji-picker"
      role="dialog"
      aria-label="Choose a reaction"
      popover="auto"
      onToggle={({ newState }) => newState === 'closed' && onClose()}
    >
      <div className="usual-emoji">
        {USUAL.map((emoji) => (
          <button key={emoji} type="button" className="emoji" onClick={() => choose(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      <Suspense fallback={<p className="soft">Loading all emoji …</p>}>
        <EmojiChoice onChoose={choose} />
      </Suspense>
    </div>
  )
}
