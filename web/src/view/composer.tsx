import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { ClipIcon, SendIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

/** The part of the limit above which the composer says how many bytes are left. */
const NEARLY_FULL = 11 / 12

const countOfBytes = (bytes: number): string => (bytes === 1 ? '1 byte' : `${bytes.toLocaleString()} bytes`)

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Where a message is written: Enter sends, Shift+Enter starts a new line. The draft stays with its conversation. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const title = useStore(conversation.title)
  const { contentBytes } = useChat().limits
  const [text, setText] = useState(conversation.draft)
  const field = useRef<HTMLTextAreaElement>(null)
  const bytes = bytesOf(text)
  const canSend = text.trim() !== '' && bytes <= contentBytes
  useHeight(field, text)
  useEffect(() => {
    // On a phone, the focus would open the keyboard.
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
    // This Enter accepts a proposal of an input method. Safari reports it with keyCode 229.
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
      <AttachButton onFiles={(files) => conversation.uploads.add(files)} />
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={`Message ${title}`}
        placeholder={`Message ${title}`}
        aria-invalid={bytes > contentBytes}
        value={text}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onChange={(event) => {
          write(event.target.value)
          if (event.target.value !== '') conversation.keystroke()
        }}
      />
      {bytes > contentBytes * NEARLY_FULL && <BytesLeft left={contentBytes - bytes} />}
      <button className="send" aria-label="Send" title="Send" disabled={!canSend}>
        <SendIcon />
      </button>
    </form>
  )
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => input.current?.click()}
      >
        <ClipIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = ''
        }}
      />
    </>
  )
}

const BytesLeft = ({ left }: { left: number }) => (
  <span className="left" role="status" data-over={left < 0}>
    {left < 0 ? `${countOfBytes(-left)} too long` : `${countOfBytes(left)} left`}
  </span>
)

const FITS_BY_ITSELF = CSS.supports('field-sizing', 'content')

/** Makes the field as high as its text, up to what the style sheet allows. */
function useHeight(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (!element || FITS_BY_ITSELF) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
