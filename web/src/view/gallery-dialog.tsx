import { type KeyboardEvent, type TouchEvent, useEffect, useMemo, useRef, useState } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import type { FileAddress } from '../state/file-address.ts'
import { hashOf } from '../state/route.ts'
import { plainMoment } from '../text/date-text.ts'
import { fileSize } from '../text/file-size.ts'
import { type PictureMessage, picturesIn } from '../text/pictures-in.ts'
import { ToldError } from '../text/told-error.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { BackIcon, DownloadIcon, NextIcon } from './icons.tsx'
import { Shown } from './shown-picture.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useFileAddress } from './use-file-address.ts'
import { useNames } from './use-names.ts'
import { useStore } from '../../../client/react/index.ts'

interface GalleryProps {
  conversation: Conversation
  /** Identifies the picture that is shown first. */
  messageId: string
  onClose: () => void
}

type Pictures = ReturnType<typeof usePictures>

/** Shows the pictures of a conversation or of the open thread one at a time. Arrow keys go from one to the next. */
export function GalleryDialog({ conversation, messageId, onClose }: GalleryProps) {
  const found = usePictures(conversation, messageId)
  const [shownId, setShownId] = useState(messageId)
  const index = found.pictures.findIndex((picture) => picture.messageId === shownId)
  const isGone = index < 0
  useEffect(() => {
    // The picture was deleted.
    if (isGone) onClose()
  }, [isGone, onClose])
  if (isGone) return null
  return <Gallery conversation={conversation} {...found} index={index} onShow={setShownId} onClose={onClose} />
}

interface ShownProps extends Pictures {
  conversation: Conversation
  index: number
  onShow: (messageId: string) => void
  onClose: () => void
}

function Gallery({ conversation, pictures, hasEarlier, loadEarlier, index, onShow, onClose }: ShownProps) {
  const shown = pictures[index]!
  const { messageId, senderId, file } = shown
  const { run, isRunning, error } = useAct()
  const nameOf = useNames(useMemo(() => [senderId], [senderId]))
  const address = useFileAddress(conversation, messageId, file)
  const swipe = useSwipe((step) => go(step))
  const isFirst = index === 0 && !hasEarlier
  const isLast = index === pictures.length - 1
  const go = (step: number) => {
    const next = pictures[index + step]
    if (next) return onShow(next.messageId)
    if (step > 0 || isFirst || isRunning) return
    run(async () => {
      const before = await loadEarlier(messageId)
      if (before) onShow(before.messageId)
    })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    const step = { ArrowLeft: isRightToLeft ? 1 : -1, ArrowRight: isRightToLeft ? -1 : 1 }[event.key]
    if (step !== undefined) go(step)
    else if (event.key === 'Home') onShow(pictures[0]!.messageId)
    else if (event.key === 'End') onShow(pictures.at(-1)!.messageId)
    else return
    event.preventDefault()
  }
  const name = printableName(file.fileName)
  const inWords = hasEarlier ? words.media.positionOfMore : words.media.position
  const position = inWords(index + 1, pictures.length)
  return (
    <Dialog title={name} onClose={onClose} className="gallery" onKeyDown={onKeyDown}>
      <div className="gallery-stage" {...swipe}>
        <Turn label={words.media.previousPicture} isPossible={!isFirst} onClick={() => go(-1)}>
          <BackIcon />
        </Turn>
        <LargePicture key={messageId} file={file} address={address} />
        <Turn label={words.media.nextPicture} isPossible={!isLast} onClick={() => go(1)}>
          <NextIcon />
        </Turn>
      </div>
      <FormError>{error}</FormError>
      <footer className="gallery-about">
        <p className="gallery-position" role="status">
          {isRunning ? words.media.lookingEarlier : position}
          <span className="visually-hidden">
            {words.comma}
            {name}
          </span>
        </p>
        <div className="grow">
          <p className="hint">
            <bdi>{nameOf(senderId)}</bdi> ·{' '}
            <a href={`${hashOf(conversation.route)}/${shown.seq}`} onClick={onClose} title={words.media.showInRoom}>
              {plainMoment(shown.timestamp, Date.now())}
            </a>
          </p>
          {shown.content !== '' && (
            <p className="gallery-caption" dir="auto">
              {shown.content}
            </p>
          )}
        </div>
        <Download file={file} address={address} />
      </footer>
    </Dialog>
  )
}

function usePictures(conversation: Conversation, messageId: string) {
  const [source] = useState(() => sourceOf(conversation, messageId))
  const { hasOlder, error, messages } = useStore(source.timeline)
  const pictures = useMemo(() => picturesIn(source.all()), [source, messages])
  const loadEarlier = async (shownId: string): Promise<PictureMessage | undefined> => {
    const find = () => {
      const all = picturesIn(source.all())
      return all[all.findIndex((picture) => picture.messageId === shownId) - 1]
    }
    await source.timeline.seek(() => find() !== undefined)
    return find()
  }
  return { pictures, hasEarlier: hasOlder && error === undefined, loadEarlier }
}

/** Returns the timeline that has the pictures: the conversation, or the open thread if only that has the first one. */
function sourceOf(conversation: Conversation, messageId: string) {
  const { timeline, openThread, doors } = conversation
  const threadId = openThread.get()
  const isHere = (messages: readonly MessageEvent[]) => messages.some((message) => message.messageId === messageId)
  if (threadId === undefined || isHere(timeline.get().messages)) {
    return { timeline, all: () => timeline.get().messages }
  }
  const thread = conversation.thread(threadId)
  const all = () => {
    const { root } = doors.room.thread(threadId)
    return root ? [root, ...thread.get().messages] : thread.get().messages
  }
  return { timeline: thread, all }
}

interface PictureProps {
  file: PictureMessage['file']
  /** One address for both, so that it is renewed once. */
  address: FileAddress
}

function LargePicture({ file, address }: PictureProps) {
  const [isBroken, setIsBroken] = useState(false)
  const [large] = useState(() => address.small('pictureUrl') ?? address)
  const name = printableName(file.fileName)
  if (isBroken) return <p className="gallery-picture soft">{words.media.pictureNotLoaded}</p>
  return (
    <div className="gallery-picture">
      <Shown address={large} file={address} name={name} onBroken={() => setIsBroken(true)} />
    </div>
  )
}

/** Downloads a picture. The page fetches it, because browsers open pictures of other servers instead of saving them. */
function Download({ file, address }: PictureProps) {
  const { client } = useChat()
  const { run, isRunning, error } = useAct()
  const save = async () => {
    const url = address.current(client.serverNow) ?? (await address.renew())
    // The picture in the cache was fetched without CORS, so scripts can't read it.
    const response = await fetch(url, { cache: 'no-store', credentials: 'omit' })
    const blob = await response.blob()
    if (!response.ok) throw new ToldError(words.media.pictureNotLoaded)
    const link = document.createElement('a')
    link.href = URL.createObjectURL(blob)
    link.download = printableName(file.fileName)
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return (
    <>
      <FormError>{error}</FormError>
      <button type="button" className="button" aria-busy={isRunning} onClick={() => isRunning || run(save)}>
        <DownloadIcon />
        {words.download(fileSize(file.size))}
      </button>
    </>
  )
}

interface TurnProps {
  label: string
  isPossible: boolean
  onClick: () => void
  children: React.ReactNode
}

/** At the end the button is marked as disabled but keeps the focus. */
const Turn = ({ label, isPossible, onClick, children }: TurnProps) => (
  <button
    type="button"
    className="icon-button gallery-turn"
    aria-label={label}
    title={label}
    aria-disabled={!isPossible}
    onClick={() => isPossible && onClick()}
  >
    {children}
  </button>
)

/** Moving a finger this many pixels sideways goes to the next picture. */
const SWIPE_PX = 48

function useSwipe(onSwipe: (step: number) => void) {
  const start = useRef<{ x: number; y: number }>(undefined)
  const onTouchStart = ({ touches }: TouchEvent) => {
    // Two fingers zoom the page.
    start.current = touches.length === 1 ? { x: touches[0]!.clientX, y: touches[0]!.clientY } : undefined
  }
  const onTouchEnd = ({ changedTouches }: TouchEvent) => {
    const from = start.current
    const to = changedTouches[0]
    if (!from || !to) return
    const [x, y] = [to.clientX - from.x, to.clientY - from.y]
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) onSwipe(x > 0 ? -1 : 1)
  }
  return { onTouchStart, onTouchEnd }
}
