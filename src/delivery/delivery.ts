import type { RoomClass } from '../entities/room-class.ts'
import type { Recipient, SubscriptionRange } from '../entities/subscription.ts'
import type { RoomEvent } from '../protocol/events.ts'
import type { PostOutcome } from './posting/post-frame.ts'

/**
 * An event and its recipients. A change in the table or the bucket becomes deliveries. The fan-out packs the events for
 * one connection into frames and posts them.
 */
export interface Delivery {
  event: RoomEvent
  /** The recipients; if undefined, every subscription of the event's room. */
  only?: readonly Recipient[]
  exceptConnectionId?: string
  exceptUserId?: string
  /** Limits the room's subscriptions to those of these users. */
  toUsers?: ReadonlySet<string>
  /** The event is delivered only while this user, whom it is about, has a subscription too. */
  about?: string
  /** Limits the recipients to the subscriptions in this range of a huge room. */
  range?: SubscriptionRange
}

/** What became of the deliveries of a batch. */
export interface FanOutReport {
  /** The size of each room whose subscriptions were read. */
  sizes: Map<string, RoomClass>
  /** Recipients in the largest room that was read. For a huge room this is an estimate from its first page. */
  recipients: number
  /** Number of posts by outcome. */
  posts: Record<PostOutcome, number>
  /** Events that reached a connection. */
  eventsDelivered: number
  /** Milliseconds from writing to delivery, for each delivered frame with messages; its oldest message counts. */
  latencies: number[]
  /** Laggards that were not posted to, because there were more of them than a batch tries. */
  skipped: number
  /** Deliveries whose recipients could not be read from the table. They must be made again. */
  unread: { chatRoomId: string; deliveries: readonly Delivery[]; error: unknown }[]
  /** Deliveries to ranges for which there was no time. They must be made again, although nothing failed. */
  postponed: Delivery[]
  /** Recipients that were not reached, each with the reason. They catch up with `sync`. */
  errors: { connectionId: string; outcome: PostOutcome; error: unknown; traceIds?: readonly string[] }[]
}
