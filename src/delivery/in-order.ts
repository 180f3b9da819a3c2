import type { Delivery } from './delivery.ts'
import { groupBy } from './group-by.ts'

/**
 * Sorts the messages of each room by seq, because the stream only keeps the order of changes to the same item. All
 * other deliveries keep their positions: the messages of a room are exchanged among the positions that messages had.
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
