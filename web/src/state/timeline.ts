import type { MessageEvent, OutgoingMessage, Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** The part of a room, or of a thread, that a timeline uses. */
export interface TimelineSource {
  on: Room['on']
  /** What the client has; complete from its first message on. */
  messages: () => readonly MessageEvent[]
  history: (page: { before?: number; limit: number }) => Promise<{ messages: MessageEvent[]; hasMore: boolean }>
  /** Whether a message of this user that is on its way belongs here. */
  isHere: (message: OutgoingMessage) => boolean
  /** Whether it says who comes and goes. */
  hasNotes: boolean
  /** The server's time, epoch ms. */
  now: () => number
  /** Messages of before the page was loaded again, which are sent now. */
  unsent: readonly OutgoingMessage[]
}

/** A message of this user that the room doesn't have yet. */
export interface Pending {
  id: string
  content: string
  replyTo: string | undefined
  mentions: readonly string[] | undefined
  mentionsRoom: boolean | undefined
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

/** Pages that are read to find a message. */
const FAR = 20

const INITIAL: TimelineState = { messages: [], pending: [], notes: [], newest: 'waiting', older: 'none' }

/** The messages of a conversation or a thread as the client has them, and the pages of history before them. */
export class Timeline extends Store<TimelineState> {
  readonly #source: TimelineSource
  readonly #outgoing = new Map<string, OutgoingMessage>()
  /** Raised when the list is replaced: pages that were requested before are ignored. */
  #generation = 0
  #loading = Promise.resolve()
  #notes = 0

  constructor(source: TimelineSource) {
    super(INITIAL)
    this.#source = source
    source.on('messages', () => this.#show())
    source.on('outgoing', (message) => this.#outgoingChanged(message))
    for (const message of source.unsent) this.#outgoingChanged(message)
    source.on('discontinuity', () => this.restart())
    source.on('stale', () => this.restart())
    if (!source.hasNotes) return
    source.on('memberJoined', ({ userId, timestamp }) => this.#note({ userId, timestamp, what: 'joined' }))
    source.on('memberLeft', ({ userId, timestamp }) => this.#note({ userId, timestamp, what: 'left' }))
  }

  /** Loads the newest page, unless it is loaded or loading. */
  async load(): Promise<void> {
    if (this.get().newest === 'ready' || this.get().newest === 'loading') return
    const generation = ++this.#generation
    this.patch({ newest: 'loading' })
    try {
      const { hasMore } = await this.#source.history({ limit: PAGE })
      if (generation !== this.#generation) return
      this.patch({ messages: this.#source.messages(), newest: 'ready', older: hasMore ? 'more' : 'none' })
    } catch {
      if (generation === this.#generation) this.patch({ newest: 'failed' })
    }
  }

  /** Loads the page before the first message. One at a time: who asks meanwhile waits for the same. */
  loadOlder(): Promise<void> {
    const { newest, older, messages } = this.get()
    const before = messages[0]?.seq
    if (older === 'loading') return this.#loading
    if (newest !== 'ready' || older === 'none' || before === undefined) return Promise.resolve()
    return (this.#loading = this.#loadBefore(before))
  }

  async #loadBefore(before: number): Promise<void> {
    const generation = this.#generation
    this.patch({ older: 'loading' })
    try {
      const page = await this.#source.history({ before, limit: PAGE })
      if (generation !== this.#generation) return
      this.patch({ messages: this.#source.messages(), older: page.hasMore ? 'more' : 'none' })
    } catch {
      if (generation === this.#generation) this.patch({ older: 'failed' })
    }
  }

  /**
   * Loads pages until the first message is one that is looked for, or stands before it; gives up far back.
   *
   * @returns whether it came so far
   */
  async seek(isFarEnough: (first: MessageEvent) => boolean, isWanted: () => boolean = () => true): Promise<boolean> {
    const hasCome = () => {
      const [first] = this.get().messages
      return first === undefined || isFarEnough(first)
    }
    const mayGoOn = () => this.get().older === 'more' || this.get().older === 'loading'
    for (let page = 0; page < FAR && isWanted() && !hasCome() && mayGoOn(); page++) {
      await this.loadOlder()
    }
    return hasCome() || this.get().older === 'none'
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

  #show(): void {
    const { messages, older } = this.get()
    const next = this.#source.messages()
    // In a room that is open all day, the client lets go of what is far back.
    const isShortened = older === 'none' && (next[0]?.seq ?? 0) > (messages[0]?.seq ?? Infinity)
    this.patch({ messages: next, ...(isShortened && { older: 'more' }) })
  }

  #outgoingChanged(message: OutgoingMessage): void {
    if (!this.#source.isHere(message)) return
    if (message.state === 'sent') this.#outgoing.delete(message.clientMessageId)
    else this.#outgoing.set(message.clientMessageId, message)
    this.#showPending()
  }

  #showPending(): void {
    const pending = [...this.#outgoing.values()].map((message) => ({
      id: message.clientMessageId,
      content: message.content,
      replyTo: message.extras.replyTo,
      mentions: message.extras.mentions,
      mentionsRoom: message.extras.mentionRoom,
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
