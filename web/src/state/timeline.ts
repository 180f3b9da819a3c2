import type { MessageEvent, OutgoingMessage, Room } from '../../../client/index.ts'
import { Store } from './store.ts'

/** The part of a room that a timeline uses. */
export interface TimelineSource {
  on: Room['on']
  history: Room['history']
  /** The server's time, epoch ms. */
  now: () => number
  /** Messages of before the page was loaded again, which are sent now. */
  unsent: readonly OutgoingMessage[]
}

/** A message of this user that the room doesn't have yet. */
export interface Pending {
  id: string
  content: string
  state: 'sending' | 'failed'
  error: unknown
  retry: () => void
}

/** Somebody joined, left, or put this user into the room while this page was open. */
export interface Note {
  id: string
  userId: string
  what: 'joined' | 'left' | 'added you'
  timestamp: number
}

export interface TimelineState {
  /** In the order of `seq`, without a gap. */
  messages: readonly MessageEvent[]
  pending: readonly Pending[]
  notes: readonly Note[]
  /** The state of the newest page. Messages are shown when it is `ready`. */
  newest: 'waiting' | 'loading' | 'ready' | 'failed'
  /** Whether there are messages before the first one, and whether they are being loaded. */
  older: 'more' | 'loading' | 'failed' | 'none'
}

const PAGE = 50
const MAX_NOTES = 50
/** How many messages a room keeps that is open all day. Older ones can be loaded again. */
const KEPT = 500
/** How many messages more than `KEPT` there may be before the list is shortened. */
const SLACK = 200

const INITIAL: TimelineState = { messages: [], pending: [], notes: [], newest: 'waiting', older: 'none' }

/** The messages of a conversation: pages of history and new messages in one list. */
export class Timeline extends Store<TimelineState> {
  readonly #source: TimelineSource
  readonly #outgoing = new Map<string, OutgoingMessage>()
  /** Raised when the list is replaced: pages that were requested before are ignored. */
  #generation = 0
  #notes = 0

  constructor(source: TimelineSource) {
    super(INITIAL)
    this.#source = source
    source.on('message', (message) => this.#arrived(message))
    source.on('outgoing', (message) => this.#outgoingChanged(message))
    for (const message of source.unsent) this.#outgoingChanged(message)
    source.on('discontinuity', () => this.restart())
    source.on('memberJoined', ({ userId, timestamp }) => this.#note({ userId, timestamp, what: 'joined' }))
    source.on('memberLeft', ({ userId, timestamp }) => this.#note({ userId, timestamp, what: 'left' }))
  }

  /** Loads the newest page, unless it is loaded or loading. */
  async load(): Promise<void> {
    if (this.get().newest === 'ready' || this.get().newest === 'loading') return
    const generation = ++this.#generation
    this.patch({ newest: 'loading' })
    try {
      const { messages, hasMore } = await this.#source.history({ limit: PAGE })
      if (generation !== this.#generation) return
      // There may be a gap between messages from before the page's first one and the page.
      const from = messages[0]?.seq ?? 0
      const later = this.get().messages.filter(({ seq }) => seq >= from)
      this.patch({ messages: merged(messages, later), newest: 'ready', older: hasMore ? 'more' : 'none' })
    } catch {
      if (generation === this.#generation) this.patch({ newest: 'failed' })
    }
  }

  /** Loads the page before the first message. */
  async loadOlder(): Promise<void> {
    const { newest, older, messages } = this.get()
    const before = messages[0]?.seq
    if (newest !== 'ready' || older === 'loading' || older === 'none' || before === undefined) return
    const generation = this.#generation
    this.patch({ older: 'loading' })
    try {
      const page = await this.#source.history({ before, limit: PAGE })
      if (generation !== this.#generation) return
      this.patch({ messages: merged(page.messages, this.get().messages), older: page.hasMore ? 'more' : 'none' })
    } catch {
      if (generation === this.#generation) this.patch({ older: 'failed' })
    }
  }

  /**
   * Starts again with the newest page: messages were skipped, or the user was not a member for a while.
   */
  restart(): void {
    const { newest, pending } = this.get()
    this.#generation += 1
    this.set({ ...INITIAL, pending })
    // The state shows whether it failed.
    if (newest !== 'waiting') this.load().catch(() => {})
  }

  /** Shortens the list while the user looks at the newest messages. */
  tidy(): void {
    const { messages, older } = this.get()
    if (messages.length <= KEPT + SLACK || older === 'loading') return
    this.patch({ messages: messages.slice(-KEPT), older: 'more' })
  }

  /** @param userId who has put this user into the room, just now; undefined when it isn't known */
  wasAddedBy(userId: string | undefined): void {
    if (userId !== undefined) this.#note({ userId, timestamp: this.#source.now(), what: 'added you' })
  }

  /** Deletes a message that could not be sent. */
  discard(id: string): void {
    this.#outgoing.get(id)?.discard()
    this.#outgoing.delete(id)
    this.#showPending()
  }

  #arrived(message: MessageEvent): void {
    const { messages, newest } = this.get()
    this.patch({ messages: merged(messages, [message]) })
    if (newest === 'waiting' && messages.length > KEPT) this.patch({ messages: this.get().messages.slice(-PAGE) })
  }

  #outgoingChanged(message: OutgoingMessage): void {
    if (message.state === 'sent') this.#outgoing.delete(message.clientMessageId)
    else this.#outgoing.set(message.clientMessageId, message)
    this.#showPending()
  }

  #showPending(): void {
    const pending = [...this.#outgoing.values()].map((message) => ({
      id: message.clientMessageId,
      content: message.content,
      state: message.state === 'failed' ? ('failed' as const) : ('sending' as const),
      error: message.error,
      retry: () => message.retry(),
    }))
    this.patch({ pending })
  }

  #note(note: Omit<Note, 'id'>): void {
    const id = `note-${++this.#notes}`
    this.patch({ notes: [...this.get().notes, { id, ...note }].slice(-MAX_NOTES) })
  }
}

/** Merges two lists by `seq`. The second wins, because its files have the fresher addresses. */
function merged(first: readonly MessageEvent[], second: readonly MessageEvent[]): MessageEvent[] {
  const last = first.at(-1)?.seq ?? -1
  if (second.length > 0 && second.every(({ seq }, index) => seq > (second[index - 1]?.seq ?? last))) {
    return [...first, ...second]
  }
  const bySeq = new Map([...first, ...second].map((message) => [message.seq, message]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
