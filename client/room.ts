import type { Reply } from '../src/protocol/actions.ts'
import { isDirectRoomId } from '../src/protocol/room-id.ts'
import { peerFromRoomName } from '../src/protocol/direct-room-name.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { isNotAMember } from './errors.ts'
import type { FoundMessages, MessageSearch } from './message-search.ts'
import type { Emitter } from './emitter.ts'
import type { Destination, OutgoingMessage } from './outbox.ts'
import { listed } from './pages.ts'
import type { MessageExtras } from './outbox-store.ts'
import type { Presence } from './presence.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomEvents } from './room-events.ts'
import type { RoomFeed } from './room-feed.ts'
import { RoomTalk } from './room-talk.ts'
import { Thread } from './thread.ts'
import { Typing } from './typing.ts'
import { type UploadOptions, uploadFile } from './upload.ts'

/**
 * A room, joined or not. `client.room(id)` returns it.
 *
 * `for await (const message of room)` takes the room's messages from now on. The loop ends when this user leaves the
 * room and at `client.disconnect()`.
 */
export class Room extends RoomTalk implements AsyncIterable<MessageEvent> {
  /** Tells the room that this user is typing. */
  readonly typing: Typing
  /**
   * Subscribes to the room's events.
   *
   * @param name see {@link RoomEvents}
   * @param listener receives the event's payload; what it throws goes to the option `onError`
   * @returns a function that unsubscribes
   *
   * @example
   * const stop = room.on('message', ({ senderId, content }) => console.log(senderId, content))
   * stop()
   */
  readonly on: Emitter<RoomEvents>['on']
  /** As `on`, for the next event of that name only. */
  readonly once: Emitter<RoomEvents>['on']
  /** @internal */
  readonly emitter: Emitter<RoomEvents>
  /** @internal */
  readonly destination: Destination
  readonly #threads = new Map<string, Thread>()
  #joining = 0
  #peer: string | undefined
  #typingSaid: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor(context: RoomContext, feed: RoomFeed) {
    super(context, feed)
    const { chatRoomId, emitter } = feed
    this.emitter = emitter
    const subscribe =
      (how: 'on' | 'once'): Emitter<RoomEvents>['on'] =>
      (name, listener) => {
        feed.used()
        if (name === 'unread') context.reads.use()
        return emitter[how](name, listener)
      }
    this.on = subscribe('on')
    this.once = subscribe('once')
    this.typing = new Typing(
      context.options.clock,
      () => context.typingLimits,
      (isTyping, answered) => this.#sayTyping(isTyping, answered),
    )
    this.destination = {
      to: { chatRoomId },
      isOpen: () => this.#joining === 0,
      onSent: (message, sent) => {
        this.typing.ended()
        feed.facts.change(() => (feed.facts.mutedUntil = undefined))
        context.echo(message, sent)
      },
      onChange: (message) => {
        emitter.emit('outgoing', message)
        if (message.error) context.refused(chatRoomId, message.error)
      },
    }
  }

  /** Who is here, looking at the room. Nothing is asked before it is entered. */
  get presence(): Presence {
    return this.feed.presence
  }

  /**
   * The `seq` up to which all messages have been delivered. `undefined` until the room is joined. Keep it over a
   * restart and pass it to `join({ after })`.
   */
  get position(): number | undefined {
    return this.feed.inbox.position
  }

  /** Whether this is the room of two users, which the server makes at the first message between them. */
  get isDirect(): boolean {
    return isDirectRoomId(this.id)
  }

  /** `direct` for the room of two users, `group` for any other. */
  get kind(): 'direct' | 'group' {
    return this.isDirect ? 'direct' : 'group'
  }

  /**
   * The other user of a direct room; this user's own id when the room is theirs alone. `undefined` for other rooms, and
   * while the room's name doesn't tell: then `findPeer()` asks the server.
   */
  get peer(): string | undefined {
    const { name } = this
    const { userId } = this.context
    if (!this.isDirect || name === undefined || userId === undefined) return this.#peer
    return (this.#peer ??= peerFromRoomName(name, userId))
  }

  /**
   * Finds the other user of a direct room: by the room's name, otherwise by its members.
   *
   * @returns the user's id as in `peer`; `undefined` for a room that is not direct
   * @throws ChatError `not_a_member` when this user is not in the room
   */
  async findPeer(): Promise<string | undefined> {
    if (!this.isDirect || this.peer !== undefined) return this.peer
    const members = await this.members()
    return (this.#peer ??= members.find((userId) => userId !== this.context.userId) ?? members[0])
  }

  /**
   * Makes this user a member, if they aren't one yet, and starts the delivery of the room's messages. Waits for a
   * connection and retries. Messages that are sent meanwhile wait until the room is joined.
   *
   * @param start `after`: start with the message that follows this `seq`, 0 for everything that `recoverLimit` allows.
   * Default: start with new messages. `invite`: needed in a private room
   * @throws ChatError `room_not_found` when there is no such room or it is private, `banned`, `invalid_invite`,
   * `disconnected` after `client.disconnect()`
   *
   * @example
   * await room.join({ after: Number(localStorage.getItem('position')) })
   */
  async join({ after, invite }: { after?: number; invite?: string } = {}): Promise<void> {
    const { inbox, membership } = this.feed
    this.feed.used()
    if (this.feed.restored) await this.feed.restored
    if (!this.joined) this.feed.membership = 'asked'
    if (after !== undefined) inbox.start(after)
    this.#joining++
    try {
      const claimed = this.feed.position
      const asked = this.context.nextPlace()
      const askedAt = this.context.serverNow()
      const reply = await this.context.patiently({
        action: 'joinRoom',
        chatRoomId: this.id,
        ...(claimed.seq === undefined ? {} : { lastSeq: claimed.seq }),
        ...(claimed.rev === undefined ? {} : { lastRev: claimed.rev }),
        ...(invite === undefined ? {} : { invite }),
      })
      this.feed.entered(reply, claimed, askedAt)
      inbox.resume()
      // Shown out again since then, perhaps.
      if (this.feed.expelledAt > asked) this.context.checkMembership(this.id)
    } catch (error) {
      if (this.feed.membership === 'asked') this.feed.membership = membership
      throw error
    } finally {
      this.#joining--
      this.context.outbox.resume([this.destination])
    }
  }

  /**
   * Ends this user's membership, on all their connections. Waits for a connection and retries. Succeeds when the user
   * is not a member.
   *
   * @throws ChatError `disconnected` after `client.disconnect()`
   */
  async leave(): Promise<void> {
    try {
      await this.ask('leaveRoom')
    } catch (error) {
      // An earlier try may have succeeded whose reply was lost.
      if (!isNotAMember(error)) throw error
    }
    this.feed.left()
  }

  /**
   * Sends a text to all members. Returns at once and never throws: the message is sent after the earlier ones of this
   * room, as soon as there is a connection. It comes back as a `message` event when the server has stored it.
   *
   * @param message `content`: 1 to `client.limits.contentBytes` (16,384) bytes of UTF-8; `replyTo`: the `messageId` of
   * one that it quotes; `mentions`: ids of at most 50 users; `mentionRoom`; `metadata`
   * @returns the message on its way; its `done` rejects with `invalid_request`, `too_large`, `not_a_member`,
   * `outbox_full` and others
   *
   * @example
   * const message = room.send({ content: 'hello' })
   * console.log(message.state, (await message.done).seq)
   */
  send(message: { content: string } & MessageExtras): OutgoingMessage {
    this.feed.used()
    return this.context.outbox.send(this.destination, 'text', message)
  }

  /** Sends a text as `send` does, with `kind: "broadcast"`. */
  broadcast(message: { content: string } & MessageExtras): OutgoingMessage {
    this.feed.used()
    return this.context.outbox.send(this.destination, 'broadcast', message)
  }

  /**
   * The messages of this client that wait to be sent or have failed, the oldest first; with the option `outbox` also
   * those of before a reload. A failed one stays until `retry()` or `discard()`.
   */
  get unsent(): OutgoingMessage[] {
    return this.context.outbox.unsentTo(this.destination)
  }

  /**
   * Returns the thread of a message, always the same object. Sends nothing: there may be no replies yet.
   *
   * @param messageId of the message that it begins with, which is no reply in a thread itself
   */
  thread(messageId: string): Thread {
    const thread = this.#threads.get(messageId) ?? new Thread(this, this.feed, messageId)
    this.#threads.set(messageId, thread)
    return thread
  }

  /**
   * Finds messages of this room by their words, the newest first, as `client.searchMessages` does. Retries.
   *
   * @example
   * const { hits } = await room.search('release not')
   * for (const { message, matched } of hits) console.log(message.content, matched)
   */
  search(query: string, page: Omit<MessageSearch, 'query'> = {}): Promise<FoundMessages> {
    return this.context.patiently({ action: 'searchMessages', chatRoomIds: [this.id], query, ...page })
  }

  /** @internal */
  async follow(threadId: string, following: boolean): Promise<void> {
    await this.ask('followThread', { threadId, following })
  }

  /**
   * Reads the ids of all members. Waits for a connection and retries.
   *
   * @throws ChatError `not_a_member` when this user is not in the room, `disconnected` after `client.disconnect()`
   */
  async members(): Promise<string[]> {
    return listed(
      (cursor) => this.ask('getRoom', cursor),
      ({ members }) => members,
    )
  }

  /**
   * Uploads a file to the room. Waits for a connection, and sends the file again when the bucket doesn't respond or
   * responds with 5xx.
   *
   * @param file at most `client.limits.fileBytes` bytes, of one of `client.limits.contentTypes`
   * @param options name, media type, caption, `onProgress` and `signal`, and what `send` takes beside the content
   * @returns the message that the room has for the file
   * @throws ChatError `too_large`, `invalid_request` (a media type that isn't allowed, say), `upload_failed` when the
   * bucket or the server refuses the file, `timeout` when the message doesn't arrive (it still may), `not_a_member`
   * when this user leaves the room, `banned` when they are banned from it; the reason of `signal` when it is aborted
   *
   * @example
   * const message = await room.upload(file, { onProgress: (fraction) => console.log(fraction) })
   * console.log(message.file?.fileUrl)
   */
  upload(file: Blob, options: UploadOptions = {}): Promise<MessageEvent> {
    this.feed.used()
    return uploadFile(this.context, this.feed, file, options)
  }

  /**
   * Asks for a new URL of a file, when the message's `fileUrlExpiresAt` (epoch ms) has passed.
   *
   * @param messageId the file's message
   * @throws ChatError `invalid_request` when the message has no file, `not_a_member`, `disconnected`
   */
  fileUrl(messageId: string): Promise<Reply<'getFileUrl'>> {
    return this.ask('getFileUrl', { messageId })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    this.feed.used()
    return this.feed.streams.open()
  }

  /**
   * One after the other, because two frames on their way at once may be handled in either order. Without a connection
   * nothing is sent: it would be outdated when there is one.
   */
  #sayTyping(isTyping: boolean, answered: (reply: Reply<'typingIndicator'>) => void): void {
    this.#typingSaid = this.#typingSaid
      .then(() => this.context.once({ action: 'typingIndicator', chatRoomId: this.id, isTyping }))
      .then(answered)
      .catch(() => {})
  }
}
