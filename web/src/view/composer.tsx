import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { showsNothing } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { countdownText } from '../text/spans-of-time.ts'
import { pastedFiles } from '../text/pasted-files.ts'
import { roomForText, roomSentence } from '../text/room-for-text.ts'
import { ClipIcon, SendIcon } from './icons.tsx'
import { isComposing } from './is-composing.ts'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

/** The part of the room for text above which the composer says how much is left. */
const NEARLY_FULL = 11 / 12

interface ComposerProps {
  conversation: Conversation
  /** In slow mode, when the next message may be sent, epoch ms at the server; 0 for now. */
  waitUntil: number
}

/**
 * Where a message is written: Enter sends, Shift+Enter starts a new line. The draft stays with its conversation. Files
 * that are pasted or dropped wait above it, and what is written then goes with them.
 */
export function Composer({ conversation, waitUntil }: ComposerProps) {
  const title = useStore(conversation.title)
  const { limits, client } = useChat()
  const { uploads } = conversation
  const isStaged = useStore(uploads).some(({ state }) => state === 'staged')
  const [text, setText] = useState(conversation.draft)
  const field = useRef<HTMLTextAreaElement>(null)
  const room = roomForText(text, limits)
  const isWaiting = waitUntil > 0
  const canSend = !isWaiting && room >= 0 && (isStaged || !showsNothing(text))
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
    conversation.sendAll(showsNothing(text) ? '' : text.trim(), limits)
    write('')
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent) => {
    const files = pastedFiles(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    uploads.stage(files)
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
      {/* Files that are chosen are meant to be sent. With a text in the field, they wait for the rest of it. */}
      <AttachButton onFiles={(files) => (text === '' && !isWaiting ? uploads.add(files) : uploads.stage(files))} />
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={`Message ${title}`}
        placeholder={isStaged ? 'Add a text to the file, or press Enter' : `Message ${isolated(title)}`}
        aria-invalid={room < 0}
        value={text}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onChange={(event) => {
          write(event.target.value)
          if (event.target.value !== '') conversation.keystroke()
        }}
      />
      {room < (1 - NEARLY_FULL) * (text.length + room) && (
        <span className="left" role="status" data-over={room < 0}>
          {roomSentence(room)}
        </span>
      )}
      {isWaiting && (
        <span className="left" role="timer" aria-label="Slow mode: time until the next message">
          {countdownText(waitUntil - client.serverNow)}
        </span>
      )}
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
