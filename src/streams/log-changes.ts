import { noteChanges } from '../changes/note-changes.ts'
import { eventOf, statesOf, subjectOf } from '../changes/change-events.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import type { Changed } from '../entities/change.ts'

const ROOMS_AT_ONCE = 16

/** A record that says that something in a room is another version. */
export interface ChangeRecord {
  sequenceNumber: string
  chatRoomId: string
  changed: Changed
}

/**
 * Notes the changes of a batch in their rooms' logs, each subject once, and returns the deliveries that tell of them,
 * each with the sequence number of its newest record. What is told is how things are now, and not what the records say:
 * a batch that is redelivered must not bring back what was edited or deleted meanwhile. It is read before it is noted,
 * so what is not there any more gets no number.
 *
 * @param fail called with the records of a room whose changes could not be noted; other rooms go on
 */
export async function logChanges(
  records: readonly ChangeRecord[],
  fail: (records: readonly ChangeRecord[], error: unknown) => void,
): Promise<Map<Delivery, string>> {
  const deliveries = new Map<Delivery, string>()
  const rooms = groupBy(records, ({ chatRoomId }) => chatRoomId)
  await forEachLimited([...rooms], ROOMS_AT_ONCE, async ([chatRoomId, ofRoom]) => {
    try {
      const newest = new Map(ofRoom.map((record) => [subjectOf(record.changed), record]))
      const states = await statesOf(
        chatRoomId,
        [...newest.values()].map(({ changed }) => changed),
      )
      const there = [...newest.values()].filter(({ changed }) => states.has(subjectOf(changed)))
      const noted = await noteChanges(
        chatRoomId,
        there.map(({ changed }) => changed),
        Date.now(),
      )
      noted.forEach((change, i) => deliveries.set({ event: eventOf(change, states)! }, there[i]!.sequenceNumber))
    } catch (error) {
      fail(ofRoom, error)
    }
  })
  return deliveries
}
