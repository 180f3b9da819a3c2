import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { MessageExtras } from './outbox-store.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { ThreadUnread } from './followed-threads.ts'
import type { Reads } from './reads.ts'
import type { RoomFeed } from './room-feed.ts'
import type { HistoryPage } from './room-talk.ts'
import type { UploadOptions } from './upload.ts'

/** The part of a room that its threads need. */
interface ThreadRoom {
  readonly id: string
  readonly joined: boolean
  readonly unsent: OutgoingMessage[]
  send(message: { content: string } & MessageExtras): OutgoingMessage
  upload(file: Blob, options: UploadOptions): Promise<MessageEvent>
  find(messageIds: readonly string[]): Promise<MessageEvent[]>
  page(page: HistoryPage & { threadId: string }): Promise<Reply<'getHistory'>>
  follow(threadId: string, following: boolean): Promise<void>
}

/** The optional fields of `thread.send`. */
export type ReplyExtras = Omit<MessageExtras, 'threadId'>

/**
 * A message and the replies to it. `room.thread(messageId)` returns it. Replies are messages of the room, so the room
 * emits events for them too.
 *
 * @example
 * const thread = room.thread(message.messageId)
 * await thread.history()
 * thread.send({ content: 'I think so too' })
 */
export class Thread {
  /** The `messageId` of the thread's first message, its root. */
  readonly id: string
  readonly #room: ThreadRoom
  readonly #feed: RoomFeed
  readonly #reads: Reads

  /** @internal */
  constructor(room: ThreadRoom, feed: RoomFeed, reads: Reads, messageId: string) {
    this.id = messageId
    this.#room = room
    this.#feed = feed
    this.#reads = reads
  }

  /** The thread's first message. `undefined` if the client doesn't have it; `findRoot()` requests it. */
  get root(): MessageEvent | undefined {
    return this.#feed.store.find(this.id)
  }

  /**
   * Requests the thread's first message. Waits for a connection and retries.
   *
   * @returns the message; `undefined` if it was deleted and has no replies
   * @throws ChatError `not_a_member`, `disconnected`
   */
  async findRoot(): Promise<MessageEvent | undefined> {
    this.#feed.store.watchThread(this.id)
    await this.#room.find([this.id])
    return this.root
  }

  /** The thread's replies that the client has, in the order of `seq`: the newest, and those that `history` has read. */
  get messages(): readonly MessageEvent[] {
    return this.#feed.store.repliesOf(this.id)
  }

  /**
   * Reads one page of the thread's replies, as `room.history` does, and adds them to `messages`. Waits for a connection
   * and retries.
   *
   * @param page without `after` and `before`, the newest page
   * @throws ChatError `not_a_member`, `disconnected`
   */
  history(page: Omit<HistoryPage, 'view'> = {}): Promise<Reply<'getHistory'>> {
    this.#feed.store.watchThread(this.id)
    return this.#room.page({ ...page, threadId: this.id })
  }

  /**
   * Sends a reply. Returns at once and never throws, as `room.send` does.
   *
   * @param reply `inRoom`: also shows the reply in the room; the other fields as for `room.send`
   *
   * @example
   * await room.thread(message.messageId).send({ content: 'good idea', inRoom: true }).done
   */
  send(reply: { content: string } & ReplyExtras): OutgoingMessage {
    return this.#room.send({ ...reply, threadId: this.id })
  }

  /**
   * Uploads a file as a reply, as `room.upload` does.
   *
   * @param options `inRoom`: also shows the reply in the room; the other fields as for `room.upload`
   */
  upload(file: Blob, options: Omit<UploadOptions, 'threadId'> = {}): Promise<MessageEvent> {
    return this.#room.upload(file, { ...options, threadId: this.id })
  }

  /** The replies of this client that wait to be sent or have failed, as `room.unsent`. */
  get unsent(): OutgoingMessage[] {
    return this.#room.unsent.filter(({ extras }) => extras.threadId === this.id)
  }

  /**
   * How many replies of other users this user has not read on any device. `undefined` if the user doesn't follow the
   * thread, and until the client has read the list of followed threads. The event `unread` reports each change.
   */
  get unread(): ThreadUnread | undefined {
    return this.#reads.threads.stateOf({ chatRoomId: this.#room.id, threadId: this.id })
  }

  /**
   * Marks the thread as read up to a message, for all devices of this user. Returns at once and never throws. The mark
   * waits for others as marks of `room.markRead` do. The thread needs not be open, and the room's own marker stays.
   *
   * @param seq the `seq` of the message; default: `room.position`, that is all replies that have arrived
   *
   * @example
   * const thread = room.thread(message.messageId)
   * thread.on('message', () => thread.markRead())
   */
  markRead(seq: number | undefined = this.#feed.inbox.position): void {
    if (seq !== undefined && this.#room.joined) this.#reads.mark(this.#room.id, seq, this.id)
  }

  /**
   * Adds a listener for one of the thread's events: `message` when a reply arrives, `messages` when `messages` may have
   * changed, `unread` when `unread` has changed.
   *
   * @returns a function that removes the listener
   */
  on(name: 'message', listener: (message: MessageEvent) => unknown): () => void
  on(name: 'messages', listener: () => unknown): () => void
  on(name: 'unread', listener: (unread: ThreadUnread | undefined) => unknown): () => void
  on(name: 'message' | 'messages' | 'unread', listener: (payload: never) => unknown): () => void {
    const { emitter } = this.#feed
    if (name === 'messages') return emitter.on(name, () => listener(undefined as never))
    if (name === 'message') {
      return emitter.on(name, (message) => message.threadId === this.id && listener(message as never))
    }
    this.#reads.threads.use()
    return emitter.on('threadUnread', ({ threadId, unread }) => threadId === this.id && listener(unread as never))
  }

  /**
   * Follows the thread: `client.threads` then includes it. Waits for a connection and retries.
   *
   * @param following `false` stops following the thread
   * @throws ChatError `not_a_member`, `message_not_found`, `disconnected`
   */
  follow(following = true): Promise<void> {
    return this.#room.follow(this.id, following)
  }
}
