import { type ChatClient, ChatError, type Room } from '../../../client/index.ts'
import { peerFrom } from '../text/peer.ts'
import { ConnectionStore } from './connection-state.ts'
import { Conversation } from './conversation.ts'
import type { Drafts } from './drafts.ts'
import type { Route } from './route.ts'
import { Store } from './store.ts'
import type { ReadMarks } from './unread.ts'

/** As much of the client as the page uses. */
export type Client = Pick<
  ChatClient,
  'on' | 'rooms' | 'userId' | 'connect' | 'disconnect' | 'room' | 'direct' | 'createRoom'
>

/** What this browser keeps of a user. */
export interface Memory {
  marks: ReadMarks
  drafts: Drafts
}

/** A signed-in user's rooms and conversations. */
export class Chat {
  readonly client: Client
  readonly connection: ConnectionStore
  /** Rooms by name, then conversations by name. */
  readonly conversations = new Store<readonly Conversation[]>([])
  /** Others' unread messages, of all conversations. */
  readonly unread = new Store(0)
  readonly #memory: (userId: string) => Memory
  readonly #onError: (error: unknown) => void
  /** Of each room ever adopted: one that is left and joined again is the same. */
  readonly #adopted = new Map<string, Conversation>()
  /** Rooms told of before the first connection is complete are old ones. */
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

  /** Whether messages or files would be lost if the page were closed now, those of rooms left included. */
  get hasUnsent(): boolean {
    return [...this.conversations.get(), ...this.#adopted.values()].some(({ hasUnsent }) => hasUnsent)
  }

  /** A room that this user was in while this page was open. */
  former(id: string): Conversation | undefined {
    return this.#adopted.get(id)
  }

  /** What the address names, if this user is in it; a conversation with somebody new begins. */
  find(route: Route): Conversation | undefined {
    if (route.kind === 'home') return undefined
    const all = this.conversations.get()
    if (route.kind === 'room') return all.find(({ room }) => room?.id === route.id)
    return all.find(({ peer }) => peer === route.userId)
  }

  /** Begins the conversation with a user, or goes on with it. */
  talkTo(userId: string): Conversation {
    const known = this.find({ kind: 'direct', userId })
    if (known) return known
    const direct = this.client.direct(userId)
    const { drafts } = this.#memory(this.userId)
    const conversation = new Conversation(direct, { userId: this.userId, peer: userId, readTo: 0, drafts })
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

  /** Joins the room, and makes it when there is none. */
  async joinOrCreate(id: string, roomName: string): Promise<Conversation> {
    try {
      return await this.join(id)
    } catch (error) {
      if (!(error instanceof ChatError && error.code === 'room_not_found')) throw error
      return this.create({ chatRoomId: id, roomName, members: [] })
    }
  }

  /** What could not be sent to it goes with it. */
  async leave(conversation: Conversation): Promise<void> {
    await conversation.room?.leave()
    for (const { id } of conversation.timeline.get().pending) conversation.timeline.discard(id)
    this.#remove(conversation)
  }

  /** @param age what was said before is read in an `old` room of which nothing else is known, and unread in a `new` one */
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
    const { userId } = this
    const { marks, drafts } = this.#memory(userId)
    const head = room.position ?? 0
    const readTo = marks.get(room.id) ?? (age === 'old' ? head : 0)
    // What comes while the page is closed is unread from here on.
    marks.set(room.id, readTo)
    const isDirect = room.id.startsWith('dm:')
    const peer = isDirect ? peerFrom(room.name ?? '', userId) : undefined
    const conversation = new Conversation(room, { userId, peer, readTo, drafts })
    if (isDirect && peer === undefined) {
      conversation
        .findPeer()
        .then(() => this.#sort())
        .catch(this.#onError)
    }
    return conversation
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
