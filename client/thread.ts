import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { MessageExtras } from './outbox-store.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { RoomFeed } from './room-feed.ts'
import type { HistoryPage } from './room-talk.ts'
import type { UploadOptions } from './upload.ts'

/** The room, as its threads see it. */
interface ThreadRoom {
  readonly unsent: OutgoingMessage[]
  send(message: { content: string } & MessageExtras): OutgoingMessage
  upload(file: Blob, options: UploadOptions): Promise<MessageEvent>
  find(messageIds: readonly string[]): Promise<MessageEvent[]>
  page(page: HistoryPage & { threadId: string }): Promise<Reply<'getHistory'>>
  follow(threadId: string, following: boolean): Promise<void>
}

/** What `thread.send` takes beside the content. */
export type ReplyExtras = Omit<MessageExtras, 'threadId'>

/**
 * The replies to one message. `room.thread(messageId)` returns it. They are messages of the room: its events tell of
 * them too.
 *
 * @example
 * const thread = room.thread(message.messageId)
 * await thread.history()
 * thread.send({ content: 'I think so too' })
 */
export class Thread {
  /** The `messageId` of the message that it begins with. */
  readonly id: string
  readonly #room: ThreadRoom
  readonly #feed: RoomFeed

  /** @internal */
  constructor(room: ThreadRoom, feed: RoomFeed, messageId: string) {
    this.id = messageId
    this.#room = room
    this.#feed = feed
  }

  /** The message that it begins with; `undefined` when the client doesn't have it, see `findRoot`. */
  get root(): MessageEvent | undefined {
    return this.#feed.store.find(this.id)
  }

  /** Asks for the message that it begins with. Returns `undefined` when it is gone without a trace. */
  async findRoot(): Promise<MessageEvent | undefined> {
    this.#feed.store.watchThread(this.id)
    await this.#room.find([this.id])
    return this.root
  }

  /** Its replies that the client has, as `room.messages`: the newest without a hole, and what `history` has read. */
  get messages(): readonly MessageEvent[] {
    return this.#feed.store.repliesOf(this.id)
  }

  /** Reads one page of its replies, as `room.history`; those are in `messages` then. */
  history(page: Omit<HistoryPage, 'view'> = {}): Promise<Reply<'getHistory'>> {
    this.#feed.store.watchThread(this.id)
    return this.#room.page({ ...page, threadId: this.id })
  }

  /**
   * Sends a reply as `room.send` does.
   *
   * @param reply `inRoom`: it is shown in the room as well
   */
  send(reply: { content: string } & ReplyExtras): OutgoingMessage {
    return this.#room.send({ ...reply, threadId: this.id })
  }

  /**
   * Uploads a file as a reply, as `room.upload` does.
   *
   * @param options `inRoom`: it is shown in the room as well
   */
  upload(file: Blob, options: Omit<UploadOptions, 'threadId'> = {}): Promise<MessageEvent> {
    return this.#room.upload(file, { ...options, threadId: this.id })
  }

  /** The replies of this client that wait to be sent or have failed, as `room.unsent`. */
  get unsent(): OutgoingMessage[] {
    return this.#room.unsent.filter(({ extras }) => extras.threadId === this.id)
  }

  /**
   * Subscribes to what happens in the thread: a reply, or its messages are others than before.
   *
   * @returns a function that unsubscribes
   */
  on(name: 'message', listener: (message: MessageEvent) => unknown): () => void
  on(name: 'messages', listener: () => unknown): () => void
  on(name: 'message' | 'messages', listener: (message: never) => unknown): () => void {
    const { emitter } = this.#feed
    if (name === 'messages') return emitter.on(name, () => listener(undefined as never))
    return emitter.on('message', (message) => message.threadId === this.id && listener(message as never))
  }

  /** Follows the thread, so that it is among `client.threads`, or with `false` does no longer. */
  follow(following = true): Promise<void> {
    return this.#room.follow(this.id, following)
  }
}
