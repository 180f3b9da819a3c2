import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { ChatError, isNotAMember } from './errors.ts'
import type { Emitter } from './emitter.ts'
import type { Lane, OutgoingMessage } from './outbox.ts'
import type { RoomEvents, RoomFeed } from './room-feed.ts'
import type { Session } from './session.ts'
import { Typing } from './typing.ts'
import { type UploadOptions, uploadFile } from './upload.ts'

/** A room, joined or not. `for await (const message of room)` takes its messages from now on, until it is left. */
export class Room implements AsyncIterable<MessageEvent> {
  readonly id: string
  readonly typing: Typing
  /** Listens to the room; the answer ends it. */
  readonly on: Emitter<RoomEvents>['on']
  readonly #session: Session
  readonly #feed: RoomFeed
  readonly #lane: Lane
  #joining = 0
  #typingTold: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor(session: Session, feed: RoomFeed) {
    const { chatRoomId } = feed
    this.id = chatRoomId
    this.#session = session
    this.#feed = feed
    this.on = feed.emitter.on.bind(feed.emitter)
    this.typing = new Typing(
      session.settings.clock,
      () => session.limits,
      (isTyping) => {
        // One after the other: two at once may be worked in either order. Worth nothing later: without a connection it
        // isn't said.
        this.#typingTold = this.#typingTold
          .then(() => session.once({ action: 'typingIndicator', chatRoomId, isTyping }))
          .catch(() => {})
      },
    )
    this.#lane = {
      to: { chatRoomId },
      isOpen: () => this.#joining === 0,
      onSent: session.echo,
      onChange: (message) => {
        feed.emitter.emit('outgoing', message)
        if (isNotAMember(message.error)) session.doubt(chatRoomId)
      },
    }
  }

  /** Known once the room is joined. */
  get name(): string | undefined {
    return this.#feed.name
  }

  /** Whether this user is a member and gets the room's events. */
  get joined(): boolean {
    return this.#feed.membership === 'member'
  }

  /** Up to this `seq` everything has been delivered: what to `join({ after })` with after a restart. */
  get position(): number | undefined {
    return this.#feed.inbox.position
  }

  /**
   * Makes this user a member, if not yet, and has the room's messages come; messages sent meanwhile wait for it.
   *
   * @param after begin with what follows this `seq`, 0 for everything. Default: with what is new
   * @throws ChatError `room_not_found`
   */
  async join({ after }: { after?: number } = {}): Promise<void> {
    const { inbox } = this.#feed
    if (!this.joined) this.#feed.membership = 'asked'
    if (after !== undefined) inbox.start(after)
    this.#joining++
    try {
      const claimed = inbox.position
      const reply = await this.#session.patiently({
        action: 'joinRoom',
        chatRoomId: this.id,
        ...(claimed === undefined ? {} : { lastSeq: claimed }),
      })
      this.#feed.entered(reply, claimed)
      inbox.resume()
    } finally {
      this.#joining--
      this.#session.outbox.resume([this.#lane])
    }
  }

  /** Ends the membership, on all connections of this user. */
  async leave(): Promise<void> {
    try {
      await this.#session.patiently({ action: 'leaveRoom', chatRoomId: this.id })
    } catch (error) {
      // What a try did whose answer was lost.
      if (!(error instanceof ChatError && error.code === 'not_a_member')) throw error
    }
    this.#feed.left()
  }

  /** Sends a text: at once, or when there is a connection. The answer tells what becomes of it. */
  send({ content }: { content: string }): OutgoingMessage {
    return this.#session.outbox.send(this.#lane, 'text', content)
  }

  /** As `send`, with `kind: "broadcast"`. */
  broadcast({ content }: { content: string }): OutgoingMessage {
    return this.#session.outbox.send(this.#lane, 'broadcast', content)
  }

  /**
   * A page of messages in the order of `seq`: after a seq, before one, or the newest; `limit` 1–100, default 50. Not
   * delivered as events.
   */
  history(page: { before?: number; after?: number; limit?: number } = {}): Promise<Reply<'getHistory'>> {
    return this.#session.patiently({ action: 'getHistory', chatRoomId: this.id, ...page })
  }

  /** The ids of all members. */
  async members(): Promise<string[]> {
    const members: string[] = []
    let cursor: string | undefined
    do {
      const page = await this.#session.patiently({
        action: 'getRoom',
        chatRoomId: this.id,
        ...(cursor === undefined ? {} : { cursor }),
      })
      members.push(...page.members)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return members
  }

  /** Sends a file to the room; resolves with its message. @throws ChatError; what `signal` was aborted with */
  upload(file: Blob, options: UploadOptions = {}): Promise<MessageEvent> {
    return uploadFile(this.#session, this.#feed, file, options)
  }

  /** A fresh URL for a file, when `fileUrlExpiresAt` has passed. */
  fileUrl(messageId: string): Promise<Reply<'getFileUrl'>> {
    return this.#session.patiently({ action: 'getFileUrl', chatRoomId: this.id, messageId })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    return this.#feed.streams.open()
  }
}
