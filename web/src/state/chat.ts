import { type ChatClient, ChatError, type Limits, protocolLimits, type Room } from '../../../client/index.ts'
import { ConnectionStore } from './connection-state.ts'
import { Conversation } from './conversation.ts'
import type { Drafts } from './drafts.ts'
import type { Route } from './route.ts'
import { Store } from './store.ts'
import type { ReadMarks } from './unread.ts'

/** The part of the client that the page uses. */
export type Client = Pick<
  ChatClient,
  'on' | 'rooms' | 'userId' | 'limits' | 'connect' | 'disconnect' | 'room' | 'direct' | 'createRoom'
>

/** What this browser stores for a user. */
export interface Memory {
  marks: ReadMarks
  drafts: Drafts
}

/** What people write, and how much of it the chat takes. */
type TextLimits = Pick<Limits, 'contentBytes' | 'roomNameChars'>

/** The rooms and conversations of the user who is signed in. */
export class Chat {
  readonly client: Client
  readonly connection: ConnectionStore
  /** Rooms in order of their names, then direct conversations in order of theirs. */
  readonly conversations = new Store<readonly Conversation[]>([])
  /** Others' unread messages, of all conversations. */
  readonly unread = new Store(0)
  readonly #memory: (userId: string) => Memory
  readonly #onError: (error: unknown) => void
  /** Every room that this page has shown, by id: one that is left and joined again keeps its conversation. */
  readonly #adopted = new Map<string, Conversation>()
  /** Until the first connection is complete, rooms that are added are old ones. */
  #isStarting = true

  constructor(
    client: Client,
    memory: (userId: string) => Memory,
    now: () => number,
    onError: (error: unknown) => void,
  ) {
    this.client = client
    this.#memory = memory
    this.#onError = onError
    this.connection = new ConnectionStore(client, now)
    client.on('roomAdded', (room) => this.#adopt(room, this.#isStarting ? 'old' : 'new'))
    client.on('status', ({ status }) => {
      if (status === 'connected') this.#isStarting = false
    })
  }

  get userId(): string {
    return this.client.userId ?? ''
  }

  /** How much text the deployment accepts; before the first connection, how much the protocol allows. */
  get limits(): TextLimits {
    return this.client.limits ?? protocolLimits
  }

  /** Whether messages or files would be lost if the page were closed now, those of rooms left included. */
  get hasUnsent(): boolean {
    return [...this.conversations.get(), ...this.#adopted.values()].some(({ hasUnsent }) => hasUnsent)
  }

  /** The conversation of a room that this user has left while the page was open. */
  former(id: string): Conversation | undefined {
    return this.#adopted.get(id)
  }

  /** The conversation that the address names; `undefined` when this user has none of that name. */
  find(route: Route): Conversation | undefined {
    if (route.kind === 'home') return undefined
    const all = this.conversations.get()
    if (route.kind === 'room') return all.find(({ room }) => room?.id === route.id)
    return all.find(({ peer }) => peer === route.userId)
  }

  /** Returns the conversation with a user; starts one when there is none. */
  talkTo(userId: string): Conversation {
    const known = this.find({ kind: 'direct', userId })
    if (known) return known
    const direct = this.client.direct(userId)
    const { drafts } = this.#memory(this.userId)
    const conversation = new Conversation(direct, { ...this.#own(drafts), readTo: 0 })
    this.#follow(conversation)
    this.#show(conversation)
    return conversation
  }

  /** @throws ChatError `conflict` when there is a room with that id */
  async create(room: { chatRoomId?: string; roomName: string; members: string[] }): Promise<Conversation> {
    return this.#adopt(await this.client.createRoom(room), 'old')
  }

  /** @throws ChatError `room_not_found` */
  async join(id: string): Promise<Conversation> {
    const room = this.client.room(id)
    await room.join()
    return this.#adopt(room, 'old')
  }

  /** Joins the room, and creates it when there is none. */
  async joinOrCreate(id: string, roomName: string): Promise<Conversation> {
    try {
      return await this.join(id)
    } catch (error) {
      if (!(error instanceof ChatError && error.code === 'room_not_found')) throw error
      return this.create({ chatRoomId: id, roomName, members: [] })
    }
  }

  /** Leaves the room. Messages that could not be sent to it are discarded. */
  async leave(conversation: Conversation): Promise<void> {
    await conversation.room?.leave()
    for (const { id } of conversation.timeline.get().pending) conversation.timeline.discard(id)
    this.#remove(conversation)
  }

  /** @param age without a read mark, earlier messages count as read in an `old` room and as unread in a `new` one */
  #adopt(room: Room, age: 'old' | 'new'): Conversation {
    const known = this.conversations.get().find((conversation) => conversation.room === room)
    if (known) return known
    const former = this.#adopted.get(room.id)
    if (former) {
      former.rejoined()
      this.#show(former)
      return former
    }
    const conversation = this.#opened(room, age)
    this.#adopted.set(room.id, conversation)
    this.#follow(conversation)
    this.#show(conversation)
    return conversation
  }

  #opened(room: Room, age: 'old' | 'new'): Conversation {
    const { marks, drafts } = this.#memory(this.userId)
    const head = room.position ?? 0
    const readTo = marks.get(room.id) ?? (age === 'old' ? head : 0)
    // Messages that arrive while the page is closed are unread from here on.
    marks.set(room.id, readTo)
    const conversation = new Conversation(room, { ...this.#own(drafts), readTo })
    if (room.isDirect && room.peer === undefined) {
      conversation
        .findPeer()
        .then(() => this.#sort())
        .catch(this.#onError)
    }
    return conversation
  }

  #own(drafts: Drafts) {
    return { userId: this.userId, drafts, limits: () => this.client.limits }
  }

  #follow(conversation: Conversation): void {
    const { unread } = conversation
    unread.subscribe(() => {
      if (conversation.room) this.#memory(this.userId).marks.set(conversation.room.id, unread.get().readTo)
      this.#count()
    })
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
    this.#count()
  }

  #sort(): void {
    this.conversations.set([...this.conversations.get()].sort(byKindAndTitle))
  }

  #count(): void {
    this.unread.set(this.conversations.get().reduce((sum, { unread }) => sum + unread.get().count, 0))
  }
}

const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const byKindAndTitle = (a: Conversation, b: Conversation): number =>
  Number(a.kind === 'direct') - Number(b.kind === 'direct') ||
  compare(a.title.get(), b.title.get()) ||
  compare(a.key, b.key)
