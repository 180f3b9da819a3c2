import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { type ChatClient, type MessageEvent, printableName, type Room } from '../../../client/index.ts'
import { useStore } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Chat } from '../state/chat.ts'
import type { Conversation } from '../state/conversation.ts'
import { Pages } from '../state/pages.ts'
import { hashOf } from '../state/route.ts'
import { countText } from '../text/count-text.ts'
import { plainMoment } from '../text/date-text.ts'
import { withNames } from '../text/mention-names.ts'
import { ConversationTitle } from './conversation-title.tsx'
import { Dialog } from './dialog.tsx'
import { PageList } from './page-list.tsx'
import { useChat } from './use-chat.ts'
import { UserName } from './user-name.tsx'

/** The root of a thread, or a message that mentions the user. */
interface Found {
  conversation: Conversation
  room: Room
  message: MessageEvent
}

const AGAIN_MS = 1_000
const TRIES = 10

/** The threads that the user follows, unread ones first, and the messages that mention them. */
export function ForYouDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat()
  const [threads] = useState(() => new Pages(async () => ({ items: await threadsOf(chat), next: undefined })))
  const [mentions] = useState(() => new Pages((cursor) => mentionsOf(chat, cursor)))
  const { items } = useStore(threads)
  const unread = useStore(chat.unreadThreads)
  useLateThreads(threads, unread)
  const markAll = () => {
    for (const { room, message } of items) room.thread(message.messageId).markRead()
  }
  const entry = (found: Found, isThread: boolean) => <Entry found={found} isThread={isThread} onClose={onClose} />
  return (
    <Dialog title={words.forYou.title} onClose={onClose} className="wide">
      <h3>{words.forYou.threads}</h3>
      <PageList
        label={words.forYou.threads}
        pages={threads}
        empty={words.forYou.noThreads}
        more={words.earlierMessages}
        keyOf={keyOf}
      >
        {(found) => entry(found, true)}
      </PageList>
      {unread > 0 && items.length > 0 && (
        <button type="button" className="button" onClick={markAll}>
          {words.forYou.markAll}
        </button>
      )}
      <h3>{words.forYou.mentions}</h3>
      <PageList
        label={words.forYou.mentions}
        pages={mentions}
        empty={words.forYou.noMentions}
        more={words.earlierMessages}
        keyOf={keyOf}
      >
        {(found) => entry(found, false)}
      </PageList>
    </Dialog>
  )
}

/** Loads the list again while unread threads are missing in it: the server lists a thread a moment after its reply. */
function useLateThreads(threads: Pages<Found>, unread: number): void {
  const { items, phase } = useStore(threads)
  const listed = items.filter(({ room, message }) => (room.thread(message.messageId).unread?.count ?? 0) > 0).length
  const left = useRef(TRIES)
  useEffect(() => {
    if (phase !== 'ready' || listed >= unread || left.current === 0) return
    left.current -= 1
    const timer = setTimeout(() => {
      threads.load().catch(() => {})
    }, AGAIN_MS)
    return () => clearTimeout(timer)
  }, [threads, items, phase, listed, unread])
}

const keyOf = ({ room, message }: Found): string => `${room.id} ${message.messageId}`

/** Returns all threads, because the server orders them by room, and the unread ones must not be on a later page. */
async function threadsOf(chat: Chat): Promise<Found[]> {
  const all: Awaited<ReturnType<ChatClient['threads']>>['threads'] = []
  let next: string | undefined
  do {
    const { threads, nextCursor } = await chat.client.threads(next === undefined ? {} : { cursor: next })
    all.push(...threads)
    next = nextCursor
  } while (next !== undefined)
  const newest = ({ root }: (typeof all)[number]) => root.thread?.lastAt ?? root.timestamp
  return all
    .sort((a, b) => Number(b.unread.count > 0) - Number(a.unread.count > 0) || newest(b) - newest(a))
    .flatMap(({ chatRoomId, root }) => foundIn(chat, chatRoomId, [root]))
}

async function mentionsOf(chat: Chat, cursor: string | undefined) {
  const { mentions, nextCursor } = await chat.client.mentions(cursor === undefined ? {} : { cursor })
  const found = await Promise.all(
    [...new Set(mentions.map(({ chatRoomId }) => chatRoomId))].map(async (id) => {
      const named = mentions.filter(({ chatRoomId }) => chatRoomId === id)
      const messages = await chat.find({ kind: 'room', id })?.room?.find(named.map(({ messageId }) => messageId))
      return foundIn(chat, id, messages ?? [])
    }),
  )
  return { items: found.flat().sort((a, b) => b.message.timestamp - a.message.timestamp), next: nextCursor }
}

/** Leaves out rooms that the user has just left. */
function foundIn(chat: Chat, id: string, messages: readonly MessageEvent[]): Found[] {
  const conversation = chat.find({ kind: 'room', id })
  const room = conversation?.room
  return conversation && room ? messages.map((message) => ({ conversation, room, message })) : []
}

/** A link to a thread or a message, with its room, its sender and the number of unread replies. */
function Entry({ found, isThread, onClose }: { found: Found; isThread: boolean; onClose: () => void }) {
  const { people } = useChat()
  const { conversation, room, message } = found
  const { seq, messageId, senderId, timestamp, content, file, mentions, threadId, inRoom, deleted } = message
  // A mention that only a thread shows is found in the thread.
  const thread = isThread ? messageId : inRoom ? undefined : threadId
  const text = withNames(content, mentions, people.textOf) || printableName(file?.fileName ?? '')
  return (
    <a
      className="entry"
      href={thread === undefined ? `${hashOf(conversation.route)}/${seq}` : hashOf(conversation.route)}
      onClick={() => {
        if (thread !== undefined) conversation.openThread.set(thread)
        onClose()
      }}
    >
      <span className="grow">
        <span className="hint">
          <ConversationTitle conversation={conversation} />
          {!deleted && (
            <>
              {' · '}
              <UserName userId={senderId} /> · {plainMoment(timestamp, Date.now())}
            </>
          )}
          {!isThread && thread !== undefined && ` · ${words.inThread}`}
        </span>
        <span className="pinned-text" dir="auto">
          {deleted ? words.wasDeleted : text}
        </span>
      </span>
      {isThread && <ThreadBadge room={room} threadId={messageId} />}
    </a>
  )
}

function ThreadBadge({ room, threadId }: { room: Room; threadId: string }) {
  const thread = room.thread(threadId)
  const [subscribe] = useState(() => (listener: () => void) => thread.on('unread', listener))
  const text = useSyncExternalStore(subscribe, () => {
    const { count = 0, exact = true } = thread.unread ?? {}
    return count > 0 ? countText(count, !exact) : ''
  })
  if (text === '') return null
  return (
    <span className="badge">
      {text}
      <span className="visually-hidden">{words.unread(false)}</span>
    </span>
  )
}
