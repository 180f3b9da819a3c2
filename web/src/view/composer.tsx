import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { ClipIcon, SendIcon } from './icons.tsx'
import { useStore } from './use-store.ts'

/** What the protocol takes, bytes of UTF-8. */
const MAX_BYTES = 16_384
/** From here on it is said how much is left. */
const NEAR_BYTES = 15_000

const countOfBytes = (bytes: number): string => (bytes === 1 ? '1 byte' : `${bytes.toLocaleString()} bytes`)

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Enter sends, Shift+Enter begins a line; what is written stays with its conversation. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const title = useStore(conversation.title)
  const [text, setText] = useState(conversation.draft)
  const field = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const bytes = bytesOf(text)
  const canSend = text.trim() !== '' && bytes <= MAX_BYTES
  useHeight(field, text)
  useEffect(() => {
    // On a phone, this would bring up the keyboard.
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true })
  }, [])

  const write = (next: string) => {
    conversation.draft = next
    setText(next)
  }
  const send = () => {
    if (!canSend) return
    conversation.send(text.trim())
    write('')
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that accepts what an input method proposes; 229 is what Safari calls it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    conversation.uploads.add(event.clipboardData.files)
  }

  return (
    <form
      className="composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <button
        type="button"
        className="icon-button"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => files.current?.click()}
      >
        <ClipIcon />
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={({ target }) => {
          conversation.uploads.add([...(target.files ?? [])])
          target.value = ''
        }}
      />
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={`Message ${title}`}
        placeholder={`Message ${title}`}
        aria-invalid={bytes > MAX_BYTES}
        value={text}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onChange={(event) => {
          write(event.target.value)
          if (event.target.value !== '') conversation.keystroke()
        }}
      />
      {bytes > NEAR_BYTES && (
        <span className="left" role="status" data-over={bytes > MAX_BYTES}>
          {bytes > MAX_BYTES
            ? `${countOfBytes(bytes - MAX_BYTES)} too long`
            : `${countOfBytes(MAX_BYTES - bytes)} left`}
        </span>
      )}
      <button className="send" aria-label="Send" title="Send" disabled={!canSend}>
        <SendIcon />
      </button>
    </form>
  )
}

const FITS_BY_ITSELF = CSS.supports('field-sizing', 'content')

/** As high as what is written in it, up to what the style sheet allows. */
function useHeight(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (!element || FITS_BY_ITSELF) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
