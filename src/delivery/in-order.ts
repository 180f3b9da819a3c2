import type { Delivery } from './delivery.ts'
import { groupBy } from './group-by.ts'

/**
 * Sorts the messages of each room by seq, because the stream keeps the order of changes to one item only. All other
 * deliveries stay where they are: a room's messages are exchanged among the places that they had.
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
