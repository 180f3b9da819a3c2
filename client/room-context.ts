import type { Action, Reply } from '../src/protocol/actions.ts'
import type { Limits } from '../src/protocol/announced-limits.ts'
import type { ChatEvent } from '../src/protocol/events.ts'
import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../src/protocol/limits.ts'
import type { ClientConnection } from './client-connection.ts'
import { ticks } from './clock.ts'
import { ChatError, isSilence } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import type { Outbox, OutgoingMessage, Sent } from './outbox.ts'
import { Reads, type UnreadTotals } from './reads.ts'
import type { ReplySize } from './reply-size.ts'
import type { RequestFrame } from './request-frame.ts'
import { retry } from './retry.ts'
import type { Removal } from './removal.ts'

/** The part of the registry that a room needs. */
export interface RoomOwner {
  /** Asks the server whether this user is still a member of a room. */
  checkMembership(chatRoomId: string): void
  /** Called when the server refused a request about a room: the client's facts about the room may be out of date. */
  refused(chatRoomId: string, error: ChatError): void
  /** Called when this user was removed from a room, or the room was deleted. */
  expelled(chatRoomId: string, removal: Removal): void
  /** Delivers events to their rooms. */
  handle(events: readonly ChatEvent[]): void
  /** Called when the number of unread messages in all rooms together has changed. */
  unreadChanged(totals: UnreadTotals): void
  /** Called when the number of followed threads with unread replies has changed. */
  unreadThreadsChanged(count: number): void
  /** Called when a user was erased from the deployment. */
  userErased(userId: string): void
}

/** What a reply to `sync` says about the server and the user. A server older than 0.2.0 sends no `features`. */
type Announcement = Pick<Reply<'sync'>, 'userId' | 'limits' | 'serverTime'> & Partial<Pick<Reply<'sync'>, 'features'>>

/** What all rooms of a client share: its requests, its outbox, and the announcements of the server. */
export class RoomContext {
  readonly options: ResolvedOptions
  readonly outbox: Outbox
  /** How far this user has read. */
  readonly reads: Reads
  readonly #connection: ClientConnection
  readonly #owner: RoomOwner
  #announced: Pick<Announcement, 'userId' | 'limits'> | undefined
  #features: readonly string[] = []
  #place = 0
  /** The difference between the server's time and the `ticks` of the local clock, in milliseconds. */
  #clockOffsetMs: number

  constructor(options: ResolvedOptions, connection: ClientConnection, outbox: Outbox, owner: RoomOwner) {
    this.options = options
    this.outbox = outbox
    this.#connection = connection
    this.#owner = owner
    this.reads = new Reads(
      this,
      (totals) => owner.unreadChanged(totals),
      (count) => owner.unreadThreadsChanged(count),
    )
    // Before the first `sync` the device's clock is the best guess.
    this.#clockOffsetMs = options.clock.now() - ticks(options.clock)
  }

  /** Returns the next number of a sequence that puts uses, messages and requests of this client in order. */
  nextPlace(): number {
    return ++this.#place
  }

  /** See {@link RoomOwner}. */
  userErased(userId: string): void {
    this.#owner.userErased(userId)
  }

  /** The id of the user to whom the token belongs; `undefined` before the first `sync`. */
  get userId(): string | undefined {
    return this.#announced?.userId
  }

  /** The deployment's limits; `undefined` before the first `sync`. */
  get limits(): Limits | undefined {
    return this.#announced?.limits
  }

  /** The announced times of the typing indicator, or the protocol's defaults before the first `sync`. */
  get typingLimits(): Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'> {
    return this.limits ?? { typingRepeatMs: TYPING_REPEAT_MS, typingExpiryMs: TYPING_EXPIRY_MS }
  }

  /** The server's time in epoch milliseconds. Rounded down, as `ticks` has fractions and times on the wire don't. */
  serverNow(): number {
    return Math.floor(ticks(this.options.clock) + this.#clockOffsetMs)
  }

  get features(): readonly string[] {
    return this.#features
  }

  /** Whether the server has announced a feature. Otherwise its fields must not be sent: an old server rejects them. */
  hasFeature(feature: string): boolean {
    return this.#features.includes(feature)
  }

  /** Forgets the announced features, because the server may have been replaced by an older one. */
  forgetFeatures(): void {
    this.#features = []
  }

  /** Takes over what a reply to `sync` says about the server and the user. */
  announce({ userId, limits, serverTime, features = [] }: Announcement): void {
    this.#announced = { userId, limits }
    this.#features = features
    this.#clockOffsetMs = serverTime - ticks(this.options.clock)
  }

  /** Whether requests can be sent. */
  get isConnected(): boolean {
    return this.#connection.link !== undefined
  }

  /** Decides how much to request at once. */
  get replySize(): ReplySize {
    return this.#connection.replySize
  }

  /**
   * Sends a request once.
   *
   * @throws ChatError the server's error, or `disconnected` if there is no connection
   */
  once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    return this.#watched(frame, this.#connection.once(frame))
  }

  /** Waits for a connection and sends a request once. For requests that must not be executed twice. */
  async onceConnected<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    await this.#connection.ready()
    return this.once(frame)
  }

  /**
   * Waits for a connection, sends a request, and repeats it after errors that are retryable. Only for requests that may
   * be executed twice.
   *
   * @throws ChatError the last error; or the reason of `signal`
   */
  patiently<A extends Action>(frame: RequestFrame<A>, signal?: AbortSignal): Promise<Reply<A>> {
    const attempt = () =>
      this.#connection.once(frame).catch((error: unknown) => {
        // A lost link doesn't count as a failure. But if the link was closed because this request had no reply, it must
        // count, or a request that the server can't answer would be repeated without end.
        throw isSilence(error) ? new ChatError('timeout', 'unable to get an answer; none came in time', true) : error
      })
    const prepare = () => this.#connection.ready()
    return this.#watched(frame, retry(attempt, this.options, { prepare, signal }))
  }

  /** See {@link RoomOwner}. */
  checkMembership(chatRoomId: string): void {
    this.#owner.checkMembership(chatRoomId)
  }

  /** See {@link RoomOwner}. */
  refused(chatRoomId: string, error: ChatError): void {
    this.#owner.refused(chatRoomId, error)
  }

  /** See {@link RoomOwner}. */
  expelled(chatRoomId: string, removal: Removal): void {
    this.#owner.expelled(chatRoomId, removal)
  }

  /** Delivers a sent message of this client to its room. The server sends this connection no event for it. */
  echo({ kind, content, clientMessageId, extras }: OutgoingMessage, sent: Sent): void {
    const { chatRoomId, seq, messageId, timestamp } = sent
    const senderId = this.userId ?? ''
    const place = { event: 'message', chatRoomId, seq, messageId } as const
    const { mentions, mentionRoom, inRoom, ...others } = extras
    const named = mentions?.filter((userId) => userId !== senderId) ?? []
    this.#owner.handle([
      {
        ...{ ...place, kind, senderId, content, timestamp, clientMessageId, ...others },
        ...(named.length > 0 && { mentions: named }),
        ...(mentionRoom && { mentionsRoom: true }),
        ...(inRoom && { inRoom }),
      },
    ])
    this.reads.sent(chatRoomId, seq)
  }

  async #watched<T>(frame: object, reply: Promise<T>): Promise<T> {
    try {
      return await reply
    } catch (error) {
      if (error instanceof ChatError && 'chatRoomId' in frame) this.refused(String(frame.chatRoomId), error)
      throw error
    }
  }
}
