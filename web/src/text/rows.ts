import type { MessageEvent } from '../../../client/index.ts'
import type { Pending, TimelineState } from '../../../client/react/index.ts'
import type { Note } from '../state/notes.ts'
import { dayOf } from './date-text.ts'
import { spanOf } from './span.ts'

/** A message in a group: a message of the room, or a message of this user that isn't sent yet. */
export type Item = { key: string; message: MessageEvent } | { key: string; pending: Pending }

export type Row =
  | { kind: 'day'; key: string; timestamp: number }
  | { kind: 'unread'; key: string }
  | { kind: 'note'; key: string; note: Note }
  /** Messages that one user sent without a long pause, within one span. */
  | { kind: 'group'; key: string; senderId: string; isOwn: boolean; timestamp: number; items: Item[] }

/** A pause of this length starts a new group. */
const PAUSE_MS = 5 * 60 * 1_000

interface View {
  userId: string
  /** The line "New messages" is shown before the first message of others after this `seq`; `undefined` for no line. */
  newAfter: number | undefined
  now: number
  /** Whether there are messages before the first one. */
  hasOlder?: boolean
}

/** Returns the rows that show a conversation, the oldest first. */
export function rowsOf(
  { messages, notes, unsent }: Pick<TimelineState, 'messages' | 'unsent'> & { notes: readonly Note[] },
  { userId, newAfter, now, hasOlder = false }: View,
): Row[] {
  const builder = new RowBuilder(userId)
  const first = messages[0]?.timestamp ?? -Infinity
  const waiting = notes.filter(({ timestamp }) => timestamp >= first)
  // The first new message may be on a page that isn't loaded yet.
  let isOld = newAfter !== undefined && !(hasOlder && (messages[0]?.seq ?? 0) > newAfter + 1)
  for (const message of messages) {
    while (waiting[0] && waiting[0].timestamp < message.timestamp) builder.note(waiting.shift()!)
    if (isOld && message.seq > newAfter! && message.senderId !== userId) {
      builder.unread(message.timestamp)
      isOld = false
    }
    builder.item(itemOf(message, userId), message.senderId, message.timestamp)
  }
  for (const note of waiting) builder.note(note)
  // The room already has these messages; only the replies to their requests haven't arrived yet.
  const arrived = new Set(messages.slice(-PENDING_LOOK).map(({ clientMessageId }) => clientMessageId))
  for (const pending of unsent) {
    const key = pending.clientMessageId
    if (!arrived.has(key)) builder.item({ key, pending }, userId, Math.max(now, builder.lastAt))
  }
  return builder.rows
}

const PENDING_LOOK = 100

/** Returns the key of a message. A message of this user keeps its key when it is sent, and so its element. */
function itemOf(message: MessageEvent, userId: string): Item {
  const { clientMessageId, messageId, senderId } = message
  return { key: senderId === userId && clientMessageId !== undefined ? clientMessageId : messageId, message }
}

class RowBuilder {
  readonly rows: Row[] = []
  lastAt = -Infinity
  readonly #userId: string
  #day: number | undefined
  #span: number | undefined

  constructor(userId: string) {
    this.#userId = userId
  }

  item(item: Item, senderId: string, timestamp: number): void {
    this.#startDay(timestamp)
    const last = this.rows.at(-1)
    // A message without a `seq` yet stays in the span of the one before it.
    const span = 'message' in item ? spanOf(item.message.seq) : this.#span
    const isNear = timestamp - this.lastAt < PAUSE_MS && span === this.#span
    if (last?.kind === 'group' && last.senderId === senderId && isNear) {
      last.items.push(item)
    } else {
      const isOwn = senderId === this.#userId
      this.rows.push({ kind: 'group', key: `group-${item.key}`, senderId, isOwn, timestamp, items: [item] })
    }
    this.lastAt = timestamp
    this.#span = span
  }

  note(note: Note): void {
    this.#startDay(note.timestamp)
    this.rows.push({ kind: 'note', key: note.id, note })
  }

  unread(timestamp: number): void {
    this.#startDay(timestamp)
    this.rows.push({ kind: 'unread', key: 'unread' })
  }

  /** Starts a day, unless it or a later one has started: timestamps may go back a little where clocks differ. */
  #startDay(timestamp: number): void {
    const day = dayOf(timestamp)
    if (this.#day !== undefined && day <= this.#day) return
    this.#day = day
    this.rows.push({ kind: 'day', key: `day-${day}`, timestamp })
  }
}
