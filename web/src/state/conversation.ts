import {
  type ChatClient,
  type Limits,
  type MessageEvent,
  type MessageExtras,
  type Notify,
  printableName,
  type Room,
} from '../../../client/index.ts'
import { isCaption } from '../text/room-for-text.ts'
import { Doors } from './doors.ts'
import type { Drafts } from './drafts.ts'
import { Notes } from './notes.ts'
import type { People } from './people.ts'
import { type Members, membersOf, Store, type Talk, type Timeline, timelineOf } from '../../../client/react/index.ts'
import { Referred } from './referred.ts'
import { hashOf, type Route } from './route.ts'
import { Unread } from './unread.ts'
import { type UploadLimits, Uploads } from './uploads.ts'

interface About {
  client: ChatClient
  userId: string
  people: People
  drafts: Drafts
  /** Returns the deployment's limits, or undefined before the first connection. */
  limits: () => UploadLimits | undefined
  /** Returns the server's time, epoch milliseconds. */
  now: () => number
}

/** The last message of a conversation, as far as this page knows. */
export interface LastMessage {
  /** When the message was sent, epoch milliseconds. */
  timestamp: number
  /** Undefined if only the time is known. */
  message: MessageEvent | undefined
}

/** The longest delay of a browser's timer, about 24 days. A timer with a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_000

/** A room or the direct conversation with one user, with all state that the page shows of it. */
export class Conversation {
  /** Identifies the conversation for as long as the page is open. */
  readonly key: string
  readonly kind: 'room' | 'direct'
  readonly title: Store<string>
  readonly timeline: Timeline
  readonly notes: Notes
  /** The messages that are quoted or pinned. */
  readonly referred: Referred
  readonly members: Members
  readonly unread: Unread
  readonly uploads: Uploads
  readonly doors: Doors
  readonly last = new Store<LastMessage | undefined>(undefined)
  /** Which messages the user wants notifications for. */
  readonly notify = new Store<Notify>({ level: 'all' })
  /** Whether somebody has added the user to this room, and the user hasn't opened it yet. */
  readonly isNew = new Store(false)
  /** The text in the composer that isn't sent yet. */
  readonly written = new Store('')
  /** The message to which the text in the composer replies. */
  readonly replyingTo = new Store<MessageEvent | undefined>(undefined)
  /** The `seq` from which on the user has marked the messages as unread, to find them unread later. */
  readonly keptFrom = new Store<number | undefined>(undefined)
  /** The id of the message that is being edited. */
  readonly editing = new Store<string | undefined>(undefined)
  /** The `messageId` of the first message of the thread that is open beside the conversation. */
  readonly openThread = new Store<string | undefined>(undefined)
  readonly talk: Talk
  readonly on: Room['on']
  readonly #threadUploads = new Map<string, Uploads>()
  readonly #limits: () => UploadLimits | undefined
  readonly #now: () => number
  readonly #userId: string
  readonly #people: People
  #hasPeeked = false
  #notifyEnds: ReturnType<typeof setTimeout> | undefined
  readonly #drafts: Drafts

  constructor(talk: Talk, { client, userId, people, drafts, limits, now }: About) {
    this.talk = talk
    this.#userId = userId
    this.#people = people
    this.#drafts = drafts
    this.#now = now
    this.#limits = limits
    const { on } = talk
    this.on = on
    this.key = 'id' in talk ? talk.id : `@${talk.userId}`
    this.kind = 'id' in talk && !talk.isDirect ? 'room' : 'direct'
    this.title = new Store(printable(this.room?.name) ?? this.key)
    if (this.peer !== undefined) this.#callAs(this.peer)
    this.unread = new Unread(on, () => this.room)
    this.timeline = timelineOf(talk)
    this.notes = new Notes(on)
    this.referred = new Referred(on, async (messageIds) => (await this.room?.find(messageIds)) ?? [])
    this.members = membersOf(client, talk)
    this.uploads = new Uploads(() => this.room, limits)
    this.doors = new Doors(on, () => this.room, now)
    on('message', (message) => this.#wasSaid(message))
    on('updated', () => {
      this.#renamed()
      this.#lookForNotify()
    })
    this.#lookForNotify()
    this.timeline.subscribe(() => {
      const message = this.timeline.get().messages.at(-1)
      if (message) this.#wasSaid(message)
    })
    this.written.set(this.draft)
  }

  /** The room; `undefined` for a direct conversation without a message yet. */
  get room(): Room | undefined {
    return 'id' in this.talk ? this.talk : this.talk.room
  }

  /** The other user of a direct conversation. `undefined` for a room, and until `findPeer` has found them. */
  get peer(): string | undefined {
    return 'id' in this.talk ? this.talk.peer : this.talk.userId
  }

  get route(): Route {
    if (this.peer !== undefined) return { kind: 'direct', userId: this.peer }
    return { kind: 'room', id: this.room?.id ?? this.key }
  }

  /** The id that determines the colour: that of the other user or of the room. */
  get subject(): string {
    return this.peer ?? this.room?.id ?? this.key
  }

  /** The stored text that isn't sent yet. */
  get draft(): string {
    return this.#drafts.get(hashOf(this.route))
  }

  set draft(text: string) {
    this.#drafts.set(hashOf(this.route), text)
    this.written.set(text)
  }

  /** Returns the stored reply in a thread that isn't sent yet. */
  threadDraft(threadId: string): string {
    return this.#drafts.get(`${hashOf(this.route)}/${threadId}`)
  }

  keepThreadDraft(threadId: string, text: string): void {
    this.#drafts.set(`${hashOf(this.route)}/${threadId}`, text)
  }

  /** Whether the room is read-only. */
  get isClosed(): boolean {
    return this.room?.closed ?? false
  }

  /** Whether messages, files or changes would be lost if the page were closed now. */
  get hasUnsent(): boolean {
    if ((this.room?.changing ?? 0) > 0) return true
    const isUnsent = ({ areUnderWay }: Uploads) => areUnderWay
    return this.timeline.get().unsent.length > 0 || [this.uploads, ...this.#threadUploads.values()].some(isUnsent)
  }

  /** Returns the uploads to a thread, or to the room itself. */
  uploadsIn(threadId?: string): Uploads {
    if (threadId === undefined) return this.uploads
    const known = this.#threadUploads.get(threadId) ?? new Uploads(() => this.room?.thread(threadId), this.#limits)
    this.#threadUploads.set(threadId, known)
    return known
  }

  /** Ends the uploads of the room and its threads. */
  cancelUploads(): void {
    for (const uploads of [this.uploads, ...this.#threadUploads.values()])
      for (const { id } of uploads.get()) uploads.cancel(id)
  }

  send(content: string, extras: MessageExtras = {}): void {
    this.talk.send({ content, ...extras })
  }

  /**
   * Sends a text and the staged files. If the text is short enough for a caption, it is sent as the caption of the
   * first file, with its mentions and so on. Otherwise it is sent as a message before the files.
   */
  sendAll(text: string, limits: Pick<Limits, 'captionBytes'>, extras: MessageExtras = {}): void {
    const { threadId, inRoom, ...ofText } = extras
    const uploads = this.uploadsIn(threadId)
    const hasFiles = uploads.get().some(({ state }) => state === 'staged')
    // The first message creates the room of a direct conversation. Files can only be sent once there is a room.
    const isFirst = this.room === undefined
    const caption = hasFiles && !isFirst && isCaption(text, limits) ? text : ''
    if (text !== '' && caption === '') this.send(text, extras)
    const withText = text === '' || caption !== '' ? { ...ofText, ...(caption !== '' && { caption }) } : {}
    if (hasFiles && (!isFirst || text === '')) uploads.sendStaged(withText, inRoom ? { inRoom } : {})
  }

  /** Must be called at every keystroke. */
  keystroke(): void {
    this.room?.typing.keystroke()
  }

  /** The last message of this user that can be edited. */
  get lastOwn(): MessageEvent | undefined {
    return this.timeline.get().messages.findLast((message) => this.isOwn(message) && !message.deleted)
  }

  isOwn = (message: Pick<MessageEvent, 'senderId'>): boolean => message.senderId === this.#userId

  /** Returns the replies to a message. */
  thread(messageId: string): Timeline {
    return timelineOf(this.talk, { threadId: messageId })
  }

  /** Marks every message as read. */
  readonly markRead = (): void => {
    const last = this.timeline.get().messages.at(-1)?.seq
    if (this.keptFrom.get() === undefined) this.room?.markRead(Math.max(last ?? 0, this.room.position ?? 0))
  }

  /** Called when the user opens the conversation: from now on, messages in sight count as read. */
  readonly opened = (): void => {
    this.keptFrom.set(undefined)
    this.isNew.set(false)
  }

  /** Marks a message and all later ones as unread, until the user opens the conversation again. */
  async markUnread(seq: number): Promise<void> {
    this.keptFrom.set(seq)
    await this.room?.markUnread(seq)
  }

  /** How many unread messages there are for which the user wants notifications. */
  get waking(): number {
    const { count, mentions } = this.unread.get()
    return { all: count, mentions, none: 0 }[this.notify.get().level]
  }

  /** @param until when the level becomes `all` again, epoch milliseconds of the server */
  async setNotify(level: Notify['level'], until: number | undefined): Promise<void> {
    await this.room?.setNotifications(level, until)
    this.#lookForNotify()
  }

  #lookForNotify(): void {
    const notify = this.room?.notify ?? { level: 'all' }
    clearTimeout(this.#notifyEnds)
    if (notify.until !== undefined) {
      const left = Math.min(notify.until - this.#now(), LONGEST_TIMER_MS)
      this.#notifyEnds = setTimeout(() => this.#lookForNotify(), left + 1)
    }
    const { level, until } = this.notify.get()
    if (level !== notify.level || until !== notify.until) this.notify.set(notify)
  }

  /** Loads the newest message for the list. Does so once, unless it fails. */
  async peek(): Promise<void> {
    if (this.#hasPeeked || this.last.get()?.message !== undefined) return
    this.#hasPeeked = true
    try {
      await this.#peek()
    } catch (error) {
      this.#hasPeeked = false
      throw error
    }
  }

  async #peek(): Promise<void> {
    const { messages } = (await this.room?.history({ limit: 1 })) ?? { messages: [] }
    for (const message of messages) this.#wasSaid(message)
  }

  #wasSaid(message: MessageEvent): void {
    const { timestamp } = message
    const last = this.last.get()
    if (last && (last.timestamp > timestamp || (last.timestamp === timestamp && last.message === message))) return
    this.last.set({ timestamp, message })
  }

  #renamed(): void {
    if (this.kind === 'room' && this.room?.joined) this.title.set(printable(this.room?.name) ?? this.key)
  }

  /** Finds the other user of a direct room whose name doesn't tell it, and shows that user as the title. */
  async findPeer(): Promise<void> {
    const peer = await this.room?.findPeer()
    if (peer === undefined) return
    this.#callAs(peer)
    this.written.set(this.draft)
  }

  /** Uses the name of the other user as the title of a direct conversation. */
  #callAs(peer: string): void {
    const person = this.#people.of(peer)
    this.title.set(person.get().name)
    person.subscribe(() => this.title.set(person.get().name))
  }
}

/** Returns undefined for a name without visible characters, which would leave nothing to click on. */
const printable = (name: string | undefined): string | undefined => (name && printableName(name)) || undefined
