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
 * A room, whether or not this user is a member. `client.room(id)` returns it.
 *
 * `for await (const message of room)` iterates over the messages that arrive from now on. The loop ends when this user
 * leaves the room and at `client.disconnect()`.
 *
 * @example
 * await room.join()
 * room.on('message', ({ senderId, content }) => console.log(senderId, content))
 * room.send({ content: 'hello' })
 */
export class Room extends RoomTalk implements AsyncIterable<MessageEvent> {
  /** Reports to the other members that this user is typing. */
  readonly typing: Typing
  /**
   * Adds a listener for one of the room's events. A function that is added twice is called twice.
   *
   * @param name see {@link RoomEvents}
   * @param listener receives the event's payload; an error that it throws goes to the option `onError`
   * @returns a function that removes the listener
   *
   * @example
   * const stop = room.on('message', ({ senderId, content }) => console.log(senderId, content))
   * stop()
   */
  readonly on: Emitter<RoomEvents>['on']
  /** Adds a listener, as `on` does, for the next event of that name only. */
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
        if (name === 'threadUnread') context.reads.threads.use()
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

  /** The users who are looking at the room now. Sends no request until `presence.enter()` or `presence.get()`. */
  get presence(): Presence {
    return this.feed.presence
  }

  /**
   * The `seq` up to which all messages have been delivered. `undefined` until the room is joined. To continue from here
   * after a restart, store it and pass it to `join({ after })`.
   */
  get position(): number | undefined {
    return this.feed.inbox.position
  }

  /** Whether this is a direct room: one of exactly two users, which the server creates with their first message. */
  get isDirect(): boolean {
    return isDirectRoomId(this.id)
  }

  /** `direct` for a direct room, `group` for any other. */
  get kind(): 'direct' | 'group' {
    return this.isDirect ? 'direct' : 'group'
  }

  /**
   * The id of the other user of a direct room, or this user's own id if the room is a conversation with themselves.
   * `undefined` for other rooms, and if the client can't derive it from the room's name; `findPeer()` asks the server.
   */
  get peer(): string | undefined {
    const { name } = this
    const { userId } = this.context
    if (!this.isDirect || name === undefined || userId === undefined) return this.#peer
    return (this.#peer ??= peerFromRoomName(name, userId))
  }

  /**
   * Finds the other user of a direct room: from the room's name if possible, otherwise by asking the server for the
   * members.
   *
   * @returns the user's id as in `peer`; `undefined` for a room that is not direct
   * @throws ChatError `not_a_member` when this user is not a member of the room, `disconnected`
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
   * @param start `after`: deliver the messages after this `seq`, at most `recoverLimit` of them; 0 starts at the room's
   * beginning. Default: deliver new messages only. `invite`: an invite to a private room
   * @throws ChatError `room_not_found` when the room doesn't exist or is private, `banned`, `invalid_invite`,
   * `disconnected` after `client.disconnect()`
   *
   * @example
   * await room.join({ after: Number(localStorage.getItem('position')) })
   */
  async join({ after, invite }: { after?: number; invite?: string } = {}): Promise<void> {
    const { inbox, facts, membership } = this.feed
    this.feed.used()
    if (this.feed.restored) await this.feed.restored
    if (!this.joined) facts.membership = 'asked'
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
      // The user may have been removed again since the request was sent.
      if (this.feed.expelledAt > asked) this.context.checkMembership(this.id)
    } catch (error) {
      if (this.feed.membership === 'asked') facts.membership = membership
      throw error
    } finally {
      this.#joining--
      this.context.outbox.resume([this.destination])
    }
  }

  /**
   * Ends this user's membership, on all their connections. Waits for a connection and retries. Succeeds when the user
   * is not a member. Uploads to the room that are under way reject with `not_a_member`.
   *
   * @throws ChatError `disconnected` after `client.disconnect()`
   */
  async leave(): Promise<void> {
    try {
      await this.ask('leaveRoom')
    } catch (error) {
      // An earlier attempt may have succeeded although its reply was lost.
      if (!isNotAMember(error)) throw error
    }
    this.feed.left()
  }

  /**
   * Sends a text message to all members. Returns at once and never throws. The message is sent after earlier messages
   * of this client to the room, as soon as there is a connection. It arrives as a `message` event when the server has
   * stored it.
   *
   * @param message `content`: 1 to `client.limits.contentBytes` (16,384) bytes of UTF-8; `replyTo`: the `messageId` of
   * a message that this one quotes; `mentions`: ids of at most 50 users; `mentionRoom`: mentions everybody; `metadata`:
   * the application's own data, at most 2,048 bytes as JSON
   * @returns the outgoing message. Its promise `done` resolves with the receipt, or rejects with a `ChatError` such as
   * `invalid_request`, `too_large`, `not_a_member` or `outbox_full`
   *
   * @example
   * const message = room.send({ content: 'hello' })
   * console.log(message.state, (await message.done).seq)
   */
  send(message: { content: string } & MessageExtras): OutgoingMessage {
    this.feed.used()
    return this.context.outbox.send(this.destination, 'text', message)
  }

  /** Sends a text message as `send` does, but with `kind: "broadcast"`. */
  broadcast(message: { content: string } & MessageExtras): OutgoingMessage {
    this.feed.used()
    return this.context.outbox.send(this.destination, 'broadcast', message)
  }

  /**
   * The messages of this client that wait to be sent or have failed, the oldest first. With the option `outbox` they
   * include messages from before a reload. A failed message stays until `retry()` or `discard()`.
   */
  get unsent(): OutgoingMessage[] {
    return this.context.outbox.unsentTo(this.destination)
  }

  /**
   * Returns the thread of a message, always the same object. Sends no request, so the thread may have no replies yet.
   *
   * @param messageId the thread's first message, which must not be a reply in another thread
   *
   * @example
   * const thread = room.thread(message.messageId)
   * thread.send({ content: 'I think so too' })
   */
  thread(messageId: string): Thread {
    const thread = this.#threads.get(messageId) ?? new Thread(this, this.feed, this.context.reads, messageId)
    this.#threads.set(messageId, thread)
    return thread
  }

  /**
   * Finds messages of this room by their words, the newest first, as `client.searchMessages` does. Waits for a
   * connection and retries.
   *
   * @param query the words; the last one may be the beginning of a word
   * @param page `from`, `before`, `limit` and `cursor` as for `client.searchMessages`
   * @throws ChatError `forbidden` from a server without search, `not_a_member`, `invalid_request` when `query` has no
   * word
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
    this.context.reads.threads.chosen({ chatRoomId: this.id, threadId }, following)
  }

  /**
   * Reads the ids of all members. Waits for a connection and retries. `memberList` also returns their roles, page by
   * page.
   *
   * @throws ChatError `not_a_member` when this user is not a member of the room, `disconnected` after
   * `client.disconnect()`
   */
  async members(): Promise<string[]> {
    return listed(
      (cursor) => this.ask('getRoom', cursor),
      ({ members }) => members,
    )
  }

  /**
   * Uploads a file to the room. Waits for a connection. Sends the file again when the bucket doesn't respond or
   * responds with 5xx.
   *
   * @param file at most `client.limits.fileBytes` bytes, of a media type in `client.limits.contentTypes`
   * @param options name, media type, caption, `onProgress`, `signal`, and the optional fields of `send`
   * @returns the message that the server has stored for the file
   * @throws ChatError `too_large`; `invalid_request`, for example for a media type that isn't allowed; `upload_failed`
   * when the bucket or the server refuses the file; `timeout` when the message doesn't arrive in time, although it may
   * still arrive; `not_a_member` when this user leaves the room; `banned` when they are banned from it. Rejects with
   * the reason of `signal` when `signal` is aborted
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
   * Requests a new URL of a file. Needed when the message's `fileUrlExpiresAt` (epoch milliseconds) has passed. Waits
   * for a connection and retries.
   *
   * @param messageId the message that has the file
   * @throws ChatError `invalid_request` when the message has no file, `not_a_member`, `disconnected`
   *
   * @example
   * const { fileUrl } = await room.fileUrl(message.messageId)
   * console.log(fileUrl)
   */
  fileUrl(messageId: string): Promise<Reply<'getFileUrl'>> {
    return this.ask('getFileUrl', { messageId })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    this.feed.used()
    return this.feed.streams.open()
  }

  /**
   * Sends typing indicators one after the other, because the server may handle two concurrent frames in either order.
   * Sends nothing without a connection: the indicator would be outdated once there is one.
   */
  #sayTyping(isTyping: boolean, answered: (reply: Reply<'typingIndicator'>) => void): void {
    this.#typingSaid = this.#typingSaid
      .then(() => this.context.once({ action: 'typingIndicator', chatRoomId: this.id, isTyping }))
      .then(answered)
      .catch(() => {})
  }
}
