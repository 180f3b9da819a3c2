import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { type MessageEvent, showsNothing } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { countdownText } from '../text/spans-of-time.ts'
import { hasFormatting } from '../text/has-formatting.ts'
import { pastedCode } from '../text/pasted-code.ts'
import { pastedFiles } from '../text/pasted-files.ts'
import { roomForText, roomSentence } from '../text/room-for-text.ts'
import { EmojiPicker } from './emoji-picker.tsx'
import { ClipIcon, CloseIcon, EyeIcon, MicIcon, ReplyIcon, SendIcon, SmileIcon } from './icons.tsx'
import { isComposing } from './is-composing.ts'
import { MessageText } from './message-text.tsx'
import { useChat } from './use-chat.ts'
import { useEmojiNames } from './use-emoji-names.tsx'
import { useMentions } from './use-mentions.tsx'
import { useName } from './use-names.ts'
import { useSaid } from './use-said.ts'
import { useStore } from '../../../client/react/index.ts'
import { canRecord, VoicePlace } from './voice-place.tsx'

/** The composer shows how many characters are left when a message has filled this fraction of the limit. */
const NEARLY_FULL = 11 / 12

interface ComposerProps {
  conversation: Conversation
  /** In slow mode, when the next message may be sent, epoch milliseconds of the server; 0 for now. */
  waitUntil: number
  /** The thread in which the message will be a reply. */
  threadId?: string
}

/**
 * The field in which a message is written. Enter sends, Shift+Enter starts a new line. The draft stays with its
 * conversation. Files that are pasted or dropped are staged above the field and sent together with the text.
 */
export function Composer({ conversation, waitUntil, threadId }: ComposerProps) {
  const title = useStore(conversation.title)
  const { limits, client } = useChat()
  const uploads = conversation.uploadsIn(threadId)
  const isStaged = useStore(uploads).some(({ state }) => state === 'staged')
  const isThread = threadId !== undefined
  const [text, setText] = useState(isThread ? conversation.threadDraft(threadId) : conversation.draft)
  const [isInRoom, setIsInRoom] = useState(false)
  const [isPreviewed, setIsPreviewed] = useState(false)
  const isFormatted = hasFormatting(text)
  const replyingTo = useStore(conversation.replyingTo)
  const field = useRef<HTMLTextAreaElement>(null)
  const isWaiting = waitUntil > 0
  const names = useMentions(conversation, field, text, (next) => write(next))
  const emoji = useEmojiNames(field, text, (next) => write(next))
  const [isChoosing, setIsChoosing] = useState(false)
  const [isRecording, setIsRecording] = useState(false)
  const room = roomForText(names.withIds(text), limits)
  const canSend = !isWaiting && room >= 0 && (isStaged || !showsNothing(text))
  useHeight(field, text)
  useEffect(() => {
    // On a phone, the focus would open the keyboard.
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    if (replyingTo && !isThread) field.current?.focus()
  }, [replyingTo, isThread])

  const write = (next: string) => {
    if (isThread) conversation.keepThreadDraft(threadId, next)
    else conversation.draft = next
    setText(next)
  }
  const inRoom = isThread && isInRoom ? { inRoom: true } : {}
  const send = () => {
    if (!canSend) return
    const content = showsNothing(text) ? '' : names.withIds(text.trim())
    if (isThread) {
      conversation.sendAll(content, limits, { threadId, ...inRoom, ...names.mentionedIn(content) })
    } else {
      const reply = replyingTo && { replyTo: replyingTo.messageId }
      conversation.sendAll(content, limits, { ...reply, ...names.mentionedIn(content) })
      conversation.replyingTo.set(undefined)
    }
    write('')
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent) || names.onKeyDown(event) || emoji.onKeyDown(event)) return
    if (event.key === 'ArrowUp' && text === '' && !isThread) return editLast(event)
    if (event.key === 'Escape' && replyingTo && !isThread) conversation.replyingTo.set(undefined)
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    send()
  }
  const editLast = (event: KeyboardEvent) => {
    const { lastOwn } = conversation
    if (!lastOwn || !conversation.doors.can('edit', lastOwn)) return
    event.preventDefault()
    conversation.editing.set(lastOwn.messageId)
  }
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const files = pastedFiles(event.clipboardData)
    const code = pastedCode(event.clipboardData, text.slice(0, event.currentTarget.selectionStart))
    if (files.length === 0 && code === undefined) return
    event.preventDefault()
    // Uses the browser's own editing command, so that the user can undo it.
    if (files.length === 0) document.execCommand('insertText', false, code)
    else uploads.stage(files)
  }

  const insert = (emoji: string) => {
    const { selectionStart: start = text.length, selectionEnd: end = text.length } = field.current ?? {}
    write(text.slice(0, start) + emoji + text.slice(end))
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(start + emoji.length, start + emoji.length)
    })
  }
  const recorded = (file?: File) => {
    setIsRecording(false)
    if (file) uploads.stage([file])
    requestAnimationFrame(() => field.current?.focus())
  }
  if (isRecording) return <VoicePlace onDone={recorded} />

  return (
    <form
      className="composer"
      aria-label={isThread ? words.writeReply : words.writeMessage}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {replyingTo && !isThread && (
        <ReplyBar message={replyingTo} onClose={() => conversation.replyingTo.set(undefined)} />
      )}
      {isFormatted && isPreviewed && (
        <section className="composer-preview" aria-label={words.preview} tabIndex={0}>
          <MessageText content={names.withIds(text)} mentions={names.mentionedIn(names.withIds(text)).mentions} />
        </section>
      )}
      {names.list}
      {emoji.list}
      {/* Files that are chosen are meant to be sent. With a text in the field, they wait for the rest of it. */}
      <AttachButton
        onFiles={(files) => (text === '' && !isWaiting ? uploads.add(files, inRoom) : uploads.stage(files))}
      />
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={isThread ? words.replyInTheThread : words.messageTo(title)}
        placeholder={isStaged ? words.addText : isThread ? words.reply : words.messageTo(isolated(title))}
        {...names.aria}
        {...emoji.aria}
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
        <span className="left" role="timer" aria-label={words.slowMode}>
          {countdownText(waitUntil - client.serverNow)}
        </span>
      )}
      {isThread && (
        <label className="in-room">
          <input type="checkbox" checked={isInRoom} onChange={({ target }) => setIsInRoom(target.checked)} />
          {words.alsoToRoom}
        </label>
      )}
      <button
        type="button"
        className="icon-button emoji-button"
        aria-label={words.media.emoji}
        title={words.media.emoji}
        aria-haspopup="dialog"
        onClick={() => setIsChoosing(true)}
      >
        <SmileIcon />
      </button>
      {isChoosing && (
        <EmojiPicker label={words.media.chooseEmoji} onClose={() => setIsChoosing(false)} onChoose={insert} />
      )}
      {text === '' && !isStaged && canRecord() && (
        <button
          type="button"
          className="icon-button"
          aria-label={words.media.record}
          title={words.media.record}
          onClick={() => setIsRecording(true)}
        >
          <MicIcon />
        </button>
      )}
      {isFormatted && (
        <button
          type="button"
          className="icon-button"
          aria-label={words.preview}
          title={words.howItLooks}
          aria-pressed={isPreviewed}
          onClick={() => setIsPreviewed(!isPreviewed)}
        >
          <EyeIcon />
        </button>
      )}
      <button className="send" aria-label={words.send} title={words.send} disabled={!canSend}>
        <SendIcon />
      </button>
    </form>
  )
}

/** Shows above the field which message will be replied to. */
const ReplyBar = ({ message, onClose }: { message: MessageEvent; onClose: () => void }) => (
  <div className="reply-bar">
    <ReplyIcon />
    <span className="grow ellipsis" dir="auto">
      {words.replyTo(<b>{useName(message.senderId)}</b>, <>{useSaid(message)}</>)}
    </span>
    <button
      type="button"
      className="icon-button"
      aria-label={words.doNotReply}
      title={words.doNotReply}
      onClick={onClose}
    >
      <CloseIcon />
    </button>
  </div>
)

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={words.attachFiles}
        title={words.attachFiles}
        onClick={() => input.current?.click()}
      >
        <ClipIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.files}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = ''
        }}
      />
    </>
  )
}

const FITS_BY_ITSELF = CSS.supports('field-sizing', 'content')

/** Makes the field as high as its text, up to the maximum of the style sheet. */
function useHeight(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (!element || FITS_BY_ITSELF) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
