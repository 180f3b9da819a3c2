import {
  type ChatClient,
  ChatError,
  type ChosenAccess,
  type Limits,
  type MessageEvent,
  protocolLimits,
  type Removal,
  type Room,
} from '../../../client/index.ts'
import { Blocked } from './blocked.ts'
import { Conversation } from './conversation.ts'
import type { Drafts } from './drafts.ts'
import { type Preferences } from './preferences.ts'
import type { LastPlace } from './last-place.ts'
import { LookAlikes } from './look-alikes.ts'
import { People } from './people.ts'
import type { Route } from './route.ts'
import type { UsualEmoji } from './usual-emoji.ts'
import { Store } from '../../../client/react/index.ts'
import { wakes } from '../text/notify-words.ts'
import { countText } from '../text/count-text.ts'
import type { RoomNumbers } from './room-numbers.ts'
import type { Unsent } from './unsent.ts'

/** It is 60 kB when compressed: on a slow link the first messages come before it. */
const CONFUSABLE_DELAY_MS = 1_000
const confusableKey = async () => {
  await new Promise((resolve) => setTimeout(resolve, CONFUSABLE_DELAY_MS))
  return (await import('../text/confusable-key.ts')).confusableKey
}

/** A message of another user that has arrived, just now or after an outage. */
export interface Heard {
  conversation: Conversation
  message: MessageEvent
}

export type PublicRoom = Awaited<ReturnType<ChatClient['publicRooms']>>['rooms'][number]

/** A room that this user was removed from. */
export interface Removed extends Removal {
  chatRoomId: string
  title: string
}

/** The data that this browser stores for a user. */
export interface Memory {
  /** The time of each room's last message that this browser has seen, epoch ms. */
  recent: RoomNumbers
  drafts: Drafts
  place: LastPlace
  emoji: UsualEmoji
  unsent: Unsent
}

interface Options {
  imageOrigins?: readonly string[]
  preferences: Preferences
  /** Where browsers subscribe to Web Push. */
  pushUrl?: string
  getToken?: () => Promise<string>
}

/** The limits of texts that users write. */
type TextLimits = Pick<Limits, 'contentBytes' | 'captionBytes' | 'frameBytes' | 'roomNameChars'>

/** The rooms and conversations of the user who is signed in. */
export class Chat {
  readonly client: ChatClient
  /** Sorted: unread mentions first, then unread messages, then by the last message, then by name. Closed rooms last. */
  readonly conversations = new Store<readonly Conversation[]>([])
  /** The keys of conversations and public rooms whose names look like the name of another one. */
  readonly places = new LookAlikes(confusableKey)
  readonly people: People
  /** The rooms that this user was removed from, until the user has closed the notice about it. */
  readonly removed = new Store<readonly Removed[]>([])
  readonly blocked: Blocked
  /** The latest message of another user, in any conversation. */
  readonly heard = new Store<Heard | undefined>(undefined)
  /** Whether a message has arrived that would have caused a desktop notification, if the user had allowed those. */
  readonly missed = new Store(false)
  readonly preferences: Preferences
  readonly options: Pick<Options, 'pushUrl' | 'getToken'>
  /** Shows a desktop notification where a push about the same room replaces it. Undefined while there are no pushes. */
  showAsPush: ((title: string, body: string, conversation: Conversation) => void) | undefined
  /** The number of unread messages that the user wants to be notified of, as text; empty for none. */
  readonly unread = new Store('')
  /** The number of followed threads with unread replies. */
  readonly unreadThreads: Store<number>
  /** The number of unread messages that mention this user. */
  readonly unreadMentions: Store<number>
  readonly #memory: (userId: string) => Memory
  readonly #onError: (error: unknown) => void
  /** The conversations of all rooms that this page has shown, by room id. They are kept when the user leaves a room. */
  readonly #adopted = new Map<string, Conversation>()
  /** True until the first connection knows all rooms. Rooms that are added before that are not new. */
  #isStarting = true
  /** The room that this user is deleting, for which they need no notice. */
  #deleting: Conversation | undefined
  /** Whether the user has signed out. Nothing is stored for them after that. */
  #isForgotten = false
  #peeking: Promise<unknown> = Promise.resolve()

  constructor(
    client: ChatClient,
    memory: (userId: string) => Memory,
    onError: (error: unknown) => void,
    { imageOrigins = [], preferences, ...options }: Options,
  ) {
    this.client = client
    this.options = options
    this.preferences = preferences
    this.people = new People({ client, confusableKey, imageOrigins })
    this.#memory = memory
    this.#onError = onError
    this.blocked = new Blocked(client)
    this.unreadThreads = new Store(client.unreadThreads)
    this.unreadMentions = new Store(client.unread.mentions)
    client.on('unreadThreads', (count) => this.unreadThreads.set(count))
    client.on('unread', ({ mentions }) => this.unreadMentions.set(mentions))
    client.on('roomAdded', (room) => this.#adopt(room, this.#isStarting ? 'old' : 'new'))
    client.on('status', ({ status }) => {
      if (status !== 'connected' || !this.#isStarting) return
      this.#isStarting = false
      this.#showUnsent()
    })
  }

  /** Lists the direct conversations whose first message isn't sent yet. They have no room that would list them. */
  #showUnsent(): void {
    for (const { to } of this.#memory(this.userId).unsent.load()) if ('recipientId' in to) this.talkTo(to.recipientId)
  }

  get userId(): string {
    return this.client.userId ?? ''
  }

  /** The deployment's limits for texts; before the first connection, the protocol's. */
  get limits(): TextLimits {
    return this.client.limits ?? protocolLimits
  }

  /** The place that the user had open last; `home` if it isn't known. */
  get lastPlace(): Route {
    return this.#memory(this.userId).place.get()
  }

  set lastPlace(route: Route) {
    if (!this.#isForgotten) this.#memory(this.userId).place.set(route)
  }

  /** The emoji that can be chosen with one click. */
  get usualEmoji(): readonly string[] {
    return this.#memory(this.userId).emoji.get()
  }

  /** Notes that this user has chosen an emoji. */
  choseEmoji(emoji: string): void {
    if (!this.#isForgotten) this.#memory(this.userId).emoji.chose(emoji)
  }

  /** Whether messages or files would be lost if the page were closed now, including those for rooms that were left. */
  get hasUnsent(): boolean {
    return [...this.conversations.get(), ...this.#adopted.values()].some(({ hasUnsent }) => hasUnsent)
  }

  /** Returns the conversation of a room that this user has left while the page was open. */
  former(id: string): Conversation | undefined {
    return this.#adopted.get(id)
  }

  /** Returns the conversation that the page's address names, or undefined if this user has no such conversation. */
  find(route: Route): Conversation | undefined {
    if (route.kind === 'home' || route.kind === 'join') return undefined
    const all = this.conversations.get()
    if (route.kind === 'room') return all.find(({ room }) => room?.id === route.id)
    return all.find(({ peer }) => peer === route.userId)
  }

  /** Returns the conversation with a user. Starts one if there is none. */
  talkTo(userId: string): Conversation {
    const known = this.find({ kind: 'direct', userId })
    if (known) return known
    const direct = this.client.direct(userId)
    const { drafts } = this.#memory(this.userId)
    const conversation = new Conversation(direct, this.#own(drafts))
    this.#follow(conversation)
    this.#show(conversation)
    return conversation
  }

  /**
   * Creates a room.
   *
   * @throws ChatError `conflict` when there is a room with that id
   */
  async create(room: {
    chatRoomId?: string
    roomName: string
    members: string[]
    access: ChosenAccess
  }): Promise<Conversation> {
    const created = await this.client.createRoom(room)
    const conversation = this.#adopt(created, 'old')
    const timestamp = this.client.serverNow
    for (const { userId, code } of created.refused) conversation.notes.add({ userId, what: code, timestamp })
    return conversation
  }

  /**
   * Joins the room with an id.
   *
   * @throws ChatError `room_not_found`
   */
  async join(id: string): Promise<Conversation> {
    const room = this.client.room(id)
    await room.join()
    return this.#adopt(room, 'old')
  }

  /**
   * Joins the room that an invite belongs to.
   *
   * @throws ChatError `invalid_invite`, `banned`
   */
  async joinBy(invite: string): Promise<Conversation> {
    return this.#adopt(await this.client.join({ invite }), 'old')
  }

  /** Whether users of this deployment may choose the ids of rooms. */
  get mayChooseIds(): boolean {
    return this.client.limits?.chosenRoomIds !== 'server'
  }

  /** Whether users of this deployment may create rooms. The server may still refuse some of them. */
  get mayMakeRooms(): boolean {
    return this.client.limits?.roomCreation !== 'server'
  }

  /** Whether users of this deployment choose their own names. */
  get mayChangeProfile(): boolean {
    return this.client.limits?.profiles === 'users'
  }

  /** Whether the user wants a notification for a message. */
  wakes({ conversation, message }: Heard): boolean {
    return wakes(message, conversation.notify.get().level, this.userId)
  }

  /** Closes the notice that the user is no longer a member of a room. */
  dismiss(chatRoomId: string): void {
    this.removed.set(this.removed.get().filter((removed) => removed.chatRoomId !== chatRoomId))
  }

  /** Joins a room, and creates it if it doesn't exist. */
  async joinOrCreate(id: string, roomName: string): Promise<Conversation> {
    try {
      return await this.join(id)
    } catch (error) {
      if (!(error instanceof ChatError && error.code === 'room_not_found')) throw error
      return this.create({ chatRoomId: id, roomName, members: [], access: 'public' })
    }
  }

  /** Ends the connection, and deletes what this browser stores for the user. */
  forget(): void {
    this.client.disconnect()
    this.#isForgotten = true
    const { recent, drafts, place, emoji, unsent } = this.#memory(this.userId)
    for (const kept of [recent, drafts, place, emoji, unsent]) kept.clear()
  }

  /** Deletes the room, for everybody. */
  async delete(conversation: Conversation): Promise<void> {
    this.#deleting = conversation
    try {
      await conversation.room?.deleteRoom()
      this.#forget(conversation)
    } finally {
      this.#deleting = undefined
    }
  }

  /** Leaves the room. Messages that could not be sent to it are discarded. */
  async leave(conversation: Conversation): Promise<void> {
    await conversation.room?.leave()
    for (const message of conversation.timeline.get().unsent) message.discard()
    this.#remove(conversation)
  }

  /** Discards the unsent messages of a room that the user was removed from. They can't be sent any more. */
  #forget(conversation: Conversation): void {
    for (const message of conversation.timeline.get().unsent) message.discard()
    conversation.cancelUploads()
    conversation.draft = ''
    this.#remove(conversation)
  }

  #shownOut(conversation: Conversation, removal: Removal): void {
    this.#forget(conversation)
    if (conversation === this.#deleting) return
    const chatRoomId = conversation.key
    this.dismiss(chatRoomId)
    this.removed.set([...this.removed.get(), { ...removal, chatRoomId, title: conversation.title.get() }])
  }

  /** @param age `new` if somebody has just added the user to the room */
  #adopt(room: Room, age: 'old' | 'new'): Conversation {
    const known = this.conversations.get().find((conversation) => conversation.room === room)
    if (known) return known
    this.dismiss(room.id)
    const conversation = this.#adopted.get(room.id) ?? this.#opened(room, age)
    const { addedBy: userId } = room
    if (age === 'new' && userId !== undefined) {
      conversation.notes.add({ userId, what: 'added you', timestamp: this.client.serverNow })
    }
    this.#show(conversation)
    return conversation
  }

  #opened(room: Room, age: 'old' | 'new'): Conversation {
    const { recent, drafts } = this.#memory(this.userId)
    const conversation = new Conversation(room, this.#own(drafts))
    const lastAt = recent.get(room.id)
    if (lastAt !== undefined) conversation.last.set({ timestamp: lastAt, message: undefined })
    if (age === 'new') conversation.isNew.set(true)
    if (room.isDirect && room.peer === undefined) {
      conversation.findPeer().catch(this.#onError)
    }
    this.#follow(conversation)
    this.#adopted.set(room.id, conversation)
    return conversation
  }

  /** Loads the last message of a conversation for the list. Runs one after the other, as a user may have many rooms. */
  peek(conversation: Conversation): void {
    this.#peeking = this.#peeking.then(() => conversation.peek()).catch(() => {})
  }

  #own(drafts: Drafts) {
    return {
      client: this.client,
      userId: this.userId,
      people: this.people,
      drafts,
      limits: () => this.client.limits,
      now: () => this.client.serverNow,
    }
  }

  #follow(conversation: Conversation): void {
    const { unread, last } = conversation
    unread.subscribe(() => {
      // The list shows the newest message of a conversation with unread messages.
      if (unread.get().count > 0) this.peek(conversation)
      this.#count()
      this.#sort()
    })
    for (const store of [conversation.isNew, conversation.title]) store.subscribe(() => this.#sort())
    last.subscribe(() => {
      const { room } = conversation
      const { timestamp } = last.get() ?? {}
      if (room && timestamp !== undefined && !this.#isForgotten) {
        this.#memory(this.userId).recent.raise(room.id, timestamp)
      }
      this.#sort()
    })
    let { isClosed } = conversation
    conversation.on('updated', () => {
      // A closed room is listed elsewhere, even if the order is the same.
      if (isClosed !== conversation.isClosed) this.conversations.set([...this.conversations.get()])
      ;({ isClosed } = conversation)
      this.#sort()
    })
    conversation.notify.subscribe(() => {
      this.#count()
      this.#sort()
    })
    conversation.on('message', (message) => this.heard.set({ conversation, message }))
    conversation.on('removed', (removal) => this.#shownOut(conversation, removal))
    conversation.on('memberLeft', ({ userId }) => {
      if (userId === this.userId) this.#remove(conversation)
    })
  }

  #show(conversation: Conversation): void {
    this.conversations.set([...this.conversations.get(), conversation])
    this.#sort()
    this.#count()
  }

  #remove(conversation: Conversation): void {
    this.conversations.set(this.conversations.get().filter((other) => other !== conversation))
    this.places.delete(conversation.key)
    this.#count()
  }

  #sort(): void {
    const before = this.conversations.get()
    for (const { key, title } of before) this.places.add(key, title.get())
    const sorted = [...before].sort(byUnreadAndTime)
    if (sorted.some((conversation, index) => conversation !== before[index])) this.conversations.set(sorted)
  }

  #count(): void {
    const all = this.conversations.get()
    const count = all.reduce((sum, { waking }) => sum + waking, 0)
    const hasMore = all.some(({ unread, notify }) => unread.get().hasMore && notify.get().level === 'all')
    this.unread.set(count > 0 ? countText(count, hasMore) : '')
  }
}

const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const isWaiting = ({ waking, isNew }: Conversation): boolean => waking > 0 || isNew.get()

/** Whether a conversation has an unread mention of this user, for which they want notifications. */
const isNamedIn = ({ waking, unread }: Conversation): boolean => waking > 0 && unread.get().mentions > 0

const byUnreadAndTime = (a: Conversation, b: Conversation): number =>
  Number(a.isClosed) - Number(b.isClosed) ||
  Number(isWaiting(b)) - Number(isWaiting(a)) ||
  Number(isNamedIn(b)) - Number(isNamedIn(a)) ||
  (b.last.get()?.timestamp ?? 0) - (a.last.get()?.timestamp ?? 0) ||
  Number(a.kind === 'direct') - Number(b.kind === 'direct') ||
  compare(a.title.get(), b.title.get()) ||
  compare(a.key, b.key)
