import type { Delivery } from './delivery.ts'
import { groupBy } from './group-by.ts'

/**
 * Deliveries in the order of the stream, but the messages of a room in seq order: the stream orders the changes of one
 * item only. The places that a room's messages take among the other events stay the same.
 */
export function inOrder(deliveries: readonly Delivery[]): Delivery[] {
  const seqOf = ({ event }: Delivery) => (event.event === 'message' ? event.seq : 0)
  const sorted = new Map(
    [
      ...groupBy(
        deliveries.filter(({ event }) => event.event === 'message'),
        ({ event }) => event.chatRoomId,
      ),
    ].map(([chatRoomId, messages]) => [chatRoomId, messages.toSorted((a, b) => seqOf(a) - seqOf(b)).values()]),
  )
  return deliveries.map((delivery) =>
    delivery.event.event === 'message' ? sorted.get(delivery.event.chatRoomId)!.next().value! : delivery,
  )
}
