import type { RoomClass } from '../entities/room-class.ts'
import type { Recipient, SubscriptionRange } from '../entities/subscription.ts'
import type { RoomEvent } from '../protocol/events.ts'
import type { PostOutcome } from './posting/post-frame.ts'

/**
 * An event and who receives it. A change in the table or the bucket becomes deliveries; the fan-out packs the events
 * that one connection receives into frames and posts them.
 */
export interface Delivery {
  event: RoomEvent
  /** The recipients. Without it: every subscription of the event's room. */
  only?: readonly Recipient[]
  exceptConnectionId?: string
  exceptUserId?: string
  /** Of the room's subscriptions, only those of these users … */
  toUsers?: ReadonlySet<string>
  /** … and only while this user, whom the event is about, has one too. */
  about?: string
  /** Only the subscriptions in this range of a huge room. */
  range?: SubscriptionRange
}

export interface FanOutReport {
  /** Of each room whose subscriptions were read. */
  sizes: Map<string, RoomClass>
  /** Of the largest room that was read; of a huge one, as its first page lets one expect. */
  recipients: number
  /** Number of posts by outcome. */
  posts: Record<PostOutcome, number>
  /** Events that reached a connection. */
  eventsDelivered: number
  /** Of each frame with messages that reached a connection: milliseconds since its oldest message was written. */
  latencies: number[]
  /** Laggards that were not posted to, because more of them waited than a batch tries. */
  skipped: number
  /** Deliveries whose recipients could not be read from the table: they must be made again. */
  unread: { chatRoomId: string; deliveries: readonly Delivery[]; error: unknown }[]
  /** Deliveries to ranges that there was no time for: they must be made again, and nothing is wrong with them. */
  postponed: Delivery[]
  /** Recipients that were not reached, each with the reason; they catch up with `sync`. */
  errors: { connectionId: string; outcome: PostOutcome; error: unknown; traceIds?: readonly string[] }[]
}
