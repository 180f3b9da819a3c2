import type { MessageEvent, OutgoingMessage } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { joinedRoomOf, roomOf, type Talk } from './talk.ts'

/** A message of this client that waits to be sent or has failed. It is a new object after each change of its state. */
export interface Pending extends Pick<OutgoingMessage, 'clientMessageId' | 'content' | 'extras' | 'state' | 'error'> {
  retry: () => void
  /** Removes the message from the list. A message that has failed is then never sent again. */
  discard: () => void
}

export interface TimelineState {
  /** The messages in the order of `seq`, without a gap, with all later changes. */
  messages: readonly MessageEvent[]
  /** This client's messages that wait to be sent or have failed, the oldest first. Show them below `messages`. */
  unsent: readonly Pending[]
  /** Whether the newest page is loaded. Until then, `messages` only has messages that have just arrived. */
  isReady: boolean
  /** Whether there are older messages to load. */
  hasOlder: boolean
  isLoading: boolean
  /** Why the last page could not be loaded. */
  error: unknown
}

/** The part of a room or of a thread that a timeline uses. */
interface Source {
  on: Talk['on']
  messages: () => readonly MessageEvent[]
  /** Resolves to undefined while there is no room. */
  history: (page: { before?: number; limit: number }) => Promise<{ hasMore: boolean } | undefined>
  /** Whether an outgoing message belongs to this timeline. */
  isHere: (message: OutgoingMessage) => boolean
  /** Messages that already wait, such as those from before a reload. */
  unsent: readonly OutgoingMessage[]
  /** The room, or undefined while this user is not a member. */
  joined: Store<unknown>
}

const PAGE = 50

/** The most pages that `seek` reads. */
const FAR = 20

const INITIAL = { isReady: false, hasOlder: true, isLoading: true, error: undefined }

/** The messages of a room or of a thread: those that the client has, and the pages of history before them. */
export class Timeline extends Store<TimelineState> {
  readonly #source: Source
  readonly #outgoing = new Map<string, OutgoingMessage>()
  #loading: Promise<void> | undefined
  /** The size of the newest page, once it was requested. */
  #wanted: number | undefined
  /** Whether the newest page was loaded when there was no room yet, so that it is empty. */
  #isRoomless = false

  /** Call `timelineOf` instead. */
  constructor(source: Source) {
    super({ ...INITIAL, messages: source.messages(), unsent: [] })
    this.#source = source
    source.on('messages', () => this.#show())
    source.on('outgoing', (message) => this.#outgoingChanged(message))
    for (const message of source.unsent) this.#outgoingChanged(message)
    source.on('discontinuity', () => this.#restart())
    source.on('stale', () => this.#restart())
    source.joined.subscribe(() => {
      if (this.#isIn && (this.#isRoomless || this.get().error !== undefined)) this.#reload().catch(() => {})
    })
  }

  /** Loads the newest page, unless it is loaded or loading. The state shows whether that has failed. */
  async load(limit = PAGE): Promise<void> {
    this.#wanted = limit
    if (!this.get().isReady) await this.#load({ limit })
  }

  /** Loads the page before the first message. A call while a page is loading waits for that page instead. */
  async loadOlder(limit = PAGE): Promise<void> {
    const { isReady, hasOlder, messages } = this.get()
    const before = messages[0]?.seq
    if (isReady && hasOlder && before !== undefined) await this.#load({ before, limit })
  }

  #load(page: { before?: number; limit: number }): Promise<void> {
    if (this.#loading) return this.#loading
    this.patch({ isLoading: true, error: undefined })
    const wasIn = this.#isIn
    const loading: Promise<void> = this.#source.history(page).then(
      async (reply) => {
        // A reply to a request from before a restart is ignored. Callers wait for the later request instead.
        if (this.#loading !== loading) return this.#loading
        this.#isRoomless = reply === undefined
        this.#end({ messages: this.#source.messages(), isReady: true, hasOlder: reply?.hasMore ?? false })
      },
      async (error: unknown) => {
        if (this.#loading !== loading) return this.#loading
        // The request was made before this user was a member, so it is repeated.
        if (!wasIn && this.#isIn) return this.#reload()
        this.#end({ error, isReady: page.before !== undefined })
      },
    )
    return (this.#loading = loading)
  }

  get #isIn(): boolean {
    return this.#source.joined.get() !== undefined
  }

  #end(outcome: Partial<TimelineState>): void {
    this.#loading = undefined
    this.patch({ ...outcome, isLoading: false })
  }

  /**
   * Loads older pages until they reach back far enough. Gives up after 20 pages.
   *
   * @param isFarEnough whether the pages reach back far enough, given the first message that is loaded
   * @param isWanted called before each page; when it returns false, no more pages are loaded
   * @returns whether the pages reach back far enough, or to the beginning
   *
   * @example
   * await timelineOf(room).seek((first) => first.seq <= 17)
   */
  async seek(isFarEnough: (first: MessageEvent) => boolean, isWanted: () => boolean = () => true): Promise<boolean> {
    const hasCome = () => {
      const [first] = this.get().messages
      return first === undefined || isFarEnough(first)
    }
    const mayGoOn = () => this.get().hasOlder && this.get().error === undefined
    for (let page = 0; page < FAR && isWanted() && !hasCome() && mayGoOn(); page++) await this.loadOlder()
    return hasCome() || !this.get().hasOlder
  }

  /** Starts again with the newest page, because messages were skipped or the user was not a member for a while. */
  #restart(): void {
    this.patch({ ...INITIAL, messages: this.#source.messages() })
    this.#reload().catch(() => {})
  }

  /** Loads the newest page again, if it was ever requested. The state shows whether that has failed. */
  #reload(): Promise<void> {
    this.#loading = undefined
    return this.#wanted === undefined ? Promise.resolve() : this.#load({ limit: this.#wanted })
  }

  #show(): void {
    const before = this.get()
    const messages = this.#source.messages()
    // In a room that is open for long, the client drops old messages, which can then be loaded again.
    const isShortened = (messages[0]?.seq ?? 0) > (before.messages[0]?.seq ?? Infinity)
    this.patch({ messages, hasOlder: before.hasOlder || isShortened })
  }

  #outgoingChanged(message: OutgoingMessage): void {
    if (!this.#source.isHere(message)) return
    if (message.state === 'sent') this.#outgoing.delete(message.clientMessageId)
    else this.#outgoing.set(message.clientMessageId, message)
    this.#showUnsent()
  }

  #showUnsent(): void {
    const unsent = [...this.#outgoing.values()].map((message) => {
      const { clientMessageId, content, extras, state, error } = message
      const discard = () => {
        message.discard()
        this.#outgoing.delete(clientMessageId)
        this.#showUnsent()
      }
      return { clientMessageId, content, extras, state, error, retry: () => message.retry(), discard }
    })
    this.patch({ unsent })
  }
}

const roomTimelineOf = oneFor((talk: Talk) => {
  const isHere = ({ extras }: OutgoingMessage) => extras.threadId === undefined || extras.inRoom === true
  return new Timeline({
    ...{ on: talk.on, unsent: talk.unsent, isHere, joined: joinedRoomOf(talk) },
    messages: () => roomOf(talk)?.messages ?? [],
    history: async (page) => roomOf(talk)?.history({ ...page, view: 'room' }),
  })
})

const threadsOf = oneFor((_: Talk) => new Map<string, Timeline>())

function threadTimelineOf(talk: Talk, threadId: string): Timeline {
  const threads = threadsOf(talk)
  const known = threads.get(threadId)
  if (known) return known
  const thread = () => roomOf(talk)?.thread(threadId)
  const timeline = new Timeline({
    ...{ on: talk.on, unsent: talk.unsent, isHere: ({ extras }) => extras.threadId === threadId },
    joined: joinedRoomOf(talk),
    messages: () => thread()?.messages ?? [],
    history: async (page) => {
      await thread()?.findRoot()
      return thread()?.history(page)
    },
  })
  threads.set(threadId, timeline)
  return timeline
}

/**
 * Returns the messages of a room or a thread for use outside of components: the store that `useMessages` shows.
 *
 * @param options `threadId`: the `messageId` of a thread's first message
 */
export const timelineOf = (talk: Talk, { threadId }: { threadId?: string | undefined } = {}): Timeline =>
  threadId === undefined ? roomTimelineOf(talk) : threadTimelineOf(talk, threadId)
