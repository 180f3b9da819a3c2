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

/** The registry, as a room sees it. */
export interface RoomOwner {
  /** Asks the server whether this user is still in the room, after a request was refused with `not_a_member`. */
  checkMembership(chatRoomId: string): void
  /** This user may not do what was asked for in a room: what is known of the room may be out of date. */
  refused(chatRoomId: string, error: ChatError): void
  /** This user is in a room no more. */
  expelled(chatRoomId: string, removal: Removal): void
  /** Delivers events to their rooms. */
  handle(events: readonly ChatEvent[]): void
  /** More or less is unread, in all rooms together. */
  unreadChanged(totals: UnreadTotals): void
  /** A user was erased from the deployment. */
  userErased(userId: string): void
}

/** What a reply to `sync` says about the server and the user. A server older than 0.2.0 has no `features`. */
type Announcement = Pick<Reply<'sync'>, 'userId' | 'limits' | 'serverTime'> & Partial<Pick<Reply<'sync'>, 'features'>>

/** What all rooms of a client share: its requests, its outbox, and what the server announced. */
export class RoomContext {
  readonly options: ResolvedOptions
  readonly outbox: Outbox
  /** What this user has read. */
  readonly reads: Reads
  readonly #connection: ClientConnection
  readonly #owner: RoomOwner
  #announced: Pick<Announcement, 'userId' | 'limits'> | undefined
  #features: readonly string[] = []
  #place = 0
  /** Add this to the ticks of the local clock to get the server's time, in ms. */
  #clockOffsetMs: number

  constructor(options: ResolvedOptions, connection: ClientConnection, outbox: Outbox, owner: RoomOwner) {
    this.options = options
    this.outbox = outbox
    this.#connection = connection
    this.#owner = owner
    this.reads = new Reads(this, (totals) => owner.unreadChanged(totals))
    // Before the first `sync` the device's clock is the best guess.
    this.#clockOffsetMs = options.clock.now() - ticks(options.clock)
  }

  /** Returns 1, 2, 3, …: the places of an order. */
  nextPlace(): number {
    return ++this.#place
  }

  /** A room has learned that a user was erased. */
  userErased(userId: string): void {
    this.#owner.userErased(userId)
  }

  /** The token's user; `undefined` before the first `sync`. */
  get userId(): string | undefined {
    return this.#announced?.userId
  }

  /** What the deployment accepts; `undefined` before the first `sync`. */
  get limits(): Limits | undefined {
    return this.#announced?.limits
  }

  /** The announced times of the typing indicator; before the first `sync`, the protocol's. */
  get typingLimits(): Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'> {
    return this.limits ?? { typingRepeatMs: TYPING_REPEAT_MS, typingExpiryMs: TYPING_EXPIRY_MS }
  }

  /** The server's time, epoch ms. A whole number, as times are on the wire: the ticks of a browser have fractions. */
  serverNow(): number {
    return Math.floor(ticks(this.options.clock) + this.#clockOffsetMs)
  }

  get features(): readonly string[] {
    return this.#features
  }

  /** Whether the server has announced a feature. Before, its keys must not be sent: an old server refuses them. */
  hasFeature(feature: string): boolean {
    return this.#features.includes(feature)
  }

  /** The server may have been replaced by an older one: nothing is sent to it that it must have announced. */
  forgetFeatures(): void {
    this.#features = []
  }

  /** Keeps what a reply to `sync` says about the server and the user. */
  announce({ userId, limits, serverTime, features = [] }: Announcement): void {
    this.#announced = { userId, limits }
    this.#features = features
    this.#clockOffsetMs = serverTime - ticks(this.options.clock)
  }

  /** Whether requests can be sent. */
  get isConnected(): boolean {
    return this.#connection.link !== undefined
  }

  /** How much to ask for at once. */
  get replySize(): ReplySize {
    return this.#connection.replySize
  }

  /** Sends one request. @throws ChatError the server's, or `disconnected` when there is no connection */
  once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    return this.#watched(frame, this.#connection.once(frame))
  }

  /** Waits for a connection and sends the request once, because a second one might do it twice. */
  async onceConnected<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    await this.#connection.ready()
    return this.once(frame)
  }

  /**
   * Waits for a connection, sends the request, and repeats it while that makes sense. Only for requests that may be
   * executed twice.
   *
   * @throws ChatError the last error; the reason of `signal`
   */
  patiently<A extends Action>(frame: RequestFrame<A>, signal?: AbortSignal): Promise<Reply<A>> {
    const attempt = () =>
      this.#connection.once(frame).catch((error: unknown) => {
        // A link that was lost costs no try, but one that only this reply has kept waiting does: there must be an end.
        throw isSilence(error) ? new ChatError('timeout', 'unable to get an answer; none came in time', true) : error
      })
    const prepare = () => this.#connection.ready()
    return this.#watched(frame, retry(attempt, this.options, { prepare, signal }))
  }

  /** Asks the server whether this user is still in the room. */
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

  /** Puts a message of this client into its room's order: the server sends no event for it, only the reply. */
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
