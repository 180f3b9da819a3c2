import { memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import type { Note } from '../state/notes.ts'
import { type Chunk, chunksOf, heightOf, isSameChunk } from '../text/chunks.ts'
import { dayName, dayOf, timeZone } from '../text/date-text.ts'
import { type Row, rowsOf } from '../text/rows.ts'
import { Avatar } from './avatar.tsx'
import { ConversationIcon } from './conversation-icon.tsx'
import { DownIcon, UpIcon } from './icons.tsx'
import { MessageGroup } from './message-group.tsx'
import { showMessage } from './show-message.ts'
import { UserName } from './user-name.tsx'
import { goToMenus } from './go-to-menus.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useLanguage } from './use-language.ts'
import { useNow } from './use-now.ts'
import { useRoute } from './use-route.ts'
import { useScroll } from './use-scroll.ts'
import { useSight } from './use-sight.ts'
import { type Timeline, useMessages, useStore } from '../../../client/react/index.ts'
import { useVisible } from './use-visible.ts'

const MINUTE_MS = 60_000

/** The messages of a conversation. Older pages are loaded when the user scrolls to them. */
export function MessageList({ conversation }: { conversation: Conversation }) {
  const { timeline } = conversation
  const { userId } = useChat()
  const { messages, unsent, isReady, hasOlder, isLoading, error } = useMessages(conversation.talk)
  const notes = useStore(conversation.notes)
  const title = useStore(conversation.title)
  const now = useNow(MINUTE_MS)
  const newAfter = useNewAfter(conversation)
  const rows = useMemo(
    () => rowsOf({ messages, unsent, notes }, { userId, newAfter, now, hasOlder }),
    [messages, unsent, notes, userId, newAfter, now, hasOlder],
  )

  const scroller = useRef<HTMLDivElement>(null)
  const top = useRef<HTMLDivElement>(null)
  const lastKey = rows.at(-1)?.key
  const { isAtBottom, onScroll, toBottom } = useScroll(
    scroller,
    `${lastKey} ${messages.at(-1)?.seq} ${unsent.length}`,
    newAfter === undefined,
  )
  const count = useReading(conversation, isAtBottom)

  useEffect(() => conversation.opened(), [conversation])
  const loadOlder = useCallback(() => {
    // After a failure, the user tries again with the button.
    if (timeline.get().error === undefined) timeline.loadOlder().catch(() => {})
  }, [timeline])
  useSight(top, scroller, loadOlder, `${messages[0]?.seq} ${isLoading} ${String(error)}`)

  useLinked(conversation, scroller, isReady)
  useJumps(scroller, onScroll, isReady, unsent.at(-1)?.clientMessageId)
  const zone = timeZone()

  return (
    <div className="message-area">
      <div
        className="scroller"
        ref={scroller}
        role="log"
        aria-label={words.messagesIn(title)}
        // The announcer reads out new messages; pages of history must not be read out.
        aria-live="off"
        aria-busy={!isReady}
        aria-description={words.messageKeys}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={goToMenus}
      >
        <div className="messages">
          <div ref={top} className="top" />
          {isReady && <Beginning conversation={conversation} />}
          {!isReady && isLoading && <Skeleton />}
          {!isReady && !isLoading && <Failure onRetry={() => timeline.load()} />}
          {isReady &&
            chunksOf(rows).map((chunk) => (
              <ChunkView key={chunk.key} chunk={chunk} conversation={conversation} today={dayOf(now)} zone={zone} />
            ))}
        </div>
      </div>
      {isReady && newAfter !== undefined && !rows.some(({ kind }) => kind === 'unread') && hasOlder && (
        <button
          type="button"
          className="jump is-up"
          onClick={() => {
            seek(timeline, newAfter + 1)
              .then(() => requestAnimationFrame(() => toUnread(scroller.current)))
              .catch(() => {})
          }}
        >
          <UpIcon />
          {words.firstNew}
        </button>
      )}
      {isReady && !isAtBottom && <JumpButton count={count} onClick={toBottom} />}
    </div>
  )
}

const JumpButton = ({ count, onClick }: { count: number; onClick: () => void }) => (
  <button type="button" className="jump" onClick={onClick}>
    <DownIcon />
    {count > 0 ? words.newCount(count) : words.latest}
    <span className="visually-hidden">{words.goToEnd}</span>
  </button>
)

/** Loads pages until a message is loaded or can't be found. */
const seek = (timeline: Timeline, seq: number, isWanted?: () => boolean): Promise<boolean> =>
  timeline.seek((first) => first.seq <= seq, isWanted)

const toUnread = (scroller: HTMLElement | null) =>
  scroller?.querySelector('.unread-line')?.scrollIntoView({ block: 'center' })

/** Goes to the message that the address names, if it isn't too far back. */
function useLinked({ timeline }: Conversation, scroller: RefObject<HTMLElement | null>, isReady: boolean): void {
  const route = useRoute()
  const seq = 'seq' in route ? route.seq : undefined
  useEffect(() => {
    if (!isReady || seq === undefined) return
    let isCurrent = true
    seek(timeline, seq, () => isCurrent)
      .then(() => isCurrent && requestAnimationFrame(() => showMessage(seq, scroller.current ?? document)))
      .catch(() => {})
    return () => {
      isCurrent = false
    }
  }, [timeline, scroller, isReady, seq])
}

/** Scrolls to the first unread message when the list is ready, and to the end when the user sends a message. */
function useJumps(
  scroller: RefObject<HTMLElement | null>,
  onJumped: () => void,
  isReady: boolean,
  lastPending: string | undefined,
): void {
  useEffect(() => {
    if (!isReady) return
    toUnread(scroller.current)
    // A list without anything to scroll emits no event.
    onJumped()
  }, [scroller, onJumped, isReady])
  useEffect(() => {
    if (lastPending !== undefined) scroller.current?.scrollTo({ top: 0 })
  }, [scroller, lastPending])
}

/**
 * Returns the `seq` after which the line "New messages" is shown: up to there the user had read when the list was
 * opened, or has marked the later messages as unread. Returns undefined if there was nothing unread.
 */
function useNewAfter({ unread, keptFrom }: Conversation): number | undefined {
  const [readTo] = useState(() => (unread.get().count > 0 ? unread.get().readTo : undefined))
  const kept = useStore(keptFrom)
  return kept === undefined ? readTo : kept - 1
}

/** Marks visible messages as read. Returns how many messages of others are unread. */
function useReading({ timeline, unread, markRead }: Conversation, isAtBottom: boolean): number {
  const { count } = useStore(unread)
  const { isReady, messages } = useStore(timeline)
  const isVisible = useVisible()
  useEffect(() => {
    if (isReady && isAtBottom && isVisible) markRead()
  }, [markRead, isReady, messages, isVisible, isAtBottom])
  return count
}

interface ChunkProps {
  chunk: Chunk
  conversation: Conversation
  today: number
  zone: string
}

const ChunkView = memo(
  function ChunkView({ chunk, conversation, zone }: ChunkProps) {
    useLanguage()
    return (
      <div className="chunk" style={{ containIntrinsicBlockSize: `auto ${heightOf(chunk)}px` }}>
        {chunk.rows.map((row) => (
          <div key={row.key} data-row={row.key}>
            <RowView row={row} conversation={conversation} zone={zone} now={Date.now()} />
          </div>
        ))}
      </div>
    )
  },
  (before, after) =>
    before.conversation === after.conversation &&
    before.today === after.today &&
    before.zone === after.zone &&
    isSameChunk(before.chunk, after.chunk),
)

interface RowProps {
  row: Row
  conversation: Conversation
  zone: string
  now: number
}

function RowView({ row, conversation, zone, now }: RowProps) {
  switch (row.kind) {
    case 'day':
      return (
        <h2 className="day">
          <DayButton name={dayName(row.timestamp, now)} />
        </h2>
      )
    case 'unread':
      return (
        <p className="unread-line">
          <span>{words.newMessages}</span>
        </p>
      )
    case 'note':
      return <p className="note">{noteOf(row.note)(<UserName userId={row.note.userId} />)}</p>
    case 'group':
      return <MessageGroup group={row} conversation={conversation} zone={zone} />
  }
}

const noteOf = ({ what }: Note) =>
  what === 'blocked' || what === 'banned' ? words.isNotAdded[what] : words.notes[what]

/** A button that goes to another day. Keyboard users can do this from the search. */
function DayButton({ name }: { name: string }) {
  const open = useDialogs()
  return (
    <button type="button" tabIndex={-1} title={words.media.otherDay} onClick={() => open({ name: 'day' })}>
      {name}
    </button>
  )
}

/** Shown above the first message: says that older ones are loading, or introduces the conversation. */
function Beginning({ conversation }: { conversation: Conversation }) {
  const { hasOlder, error, messages } = useStore(conversation.timeline)
  const title = useStore(conversation.title)
  const { userId } = useChat()
  if (error !== undefined) return <Failure onRetry={() => conversation.timeline.loadOlder()} />
  if (hasOlder) {
    return (
      <p className="note">
        <span className="spinner" aria-hidden="true" />
        {words.loadingEarlier}
      </p>
    )
  }
  return (
    <div className="beginning">
      {conversation.kind === 'direct' ? (
        <Avatar id={conversation.subject} size="large" />
      ) : (
        <ConversationIcon conversation={conversation} />
      )}
      <h2 dir="auto">{title}</h2>
      <p>
        {conversation.kind === 'direct'
          ? conversation.peer === userId
            ? words.onlyYou
            : words.onlyTwo
          : words.roomBegins}
      </p>
      {messages.length === 0 && <p>{words.sayHello}</p>}
    </div>
  )
}

function Failure({ onRetry }: { onRetry: () => Promise<void> }) {
  const retry = () => {
    onRetry().catch(() => {})
  }
  return (
    <p className="note" role="alert">
      {words.messagesNotLoaded}{' '}
      <button type="button" className="link-button" onClick={retry}>
        {words.tryAgain}
      </button>
    </p>
  )
}

const Skeleton = () => (
  <div className="skeleton" aria-hidden="true">
    {['long', 'short', 'own', 'long', 'own', 'short'].map((kind, index) => (
      <div key={index} className={`skeleton-message ${kind}`}>
        <i />
        <b />
      </div>
    ))}
  </div>
)
