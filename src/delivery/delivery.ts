import type { SubscriptionRange, SubscriptionRow } from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import type { PostOutcome } from './posting/post-frame.ts'

export type Recipient = Pick<SubscriptionRow, 'connectionId' | 'userId'>

/** An event and who hears it. */
export interface Delivery {
  event: ChatEvent
  /** Those who hear it; without it, every subscription of the event's room. */
  only?: readonly Recipient[]
  exceptConnectionId?: string
  exceptUserId?: string
  /** A part of a huge room: those who hear it are in this range of its subscriptions. */
  range?: SubscriptionRange
  /** What has failed when the room's subscriptions can't be read. */
  sequenceNumber: string
}

export interface FanOutReport {
  /** Posts by outcome. */
  posts: Record<PostOutcome, number>
  /** Events that reached a connection. */
  eventsDelivered: number
  /** Recipients that were not posted to, for they had lately let a post time out and too many had. */
  skipped: number
  /** Deliveries whose recipients could not be found out: they must come again. */
  unread: { sequenceNumbers: string[]; chatRoomId: string; error: unknown }[]
  /** Deliveries to ranges that there was no time for: they must come again too, and nothing is wrong with them. */
  postponed: string[]
  /** What went wrong with single recipients; they catch up with `sync`. */
  errors: { connectionId: string; outcome: PostOutcome; error: unknown }[]
}
