import { noteChanges } from '../changes/note-changes.ts'
import { changesSkipped, eventOf, shownOf, statesOf, subjectOf } from '../changes/change-events.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { type Changed, setPending } from '../entities/change.ts'
import { membersAfter } from '../entities/membership.ts'
import { keptSinceOf } from '../rooms/kept.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

const ROOMS_AT_ONCE = 16

/** A record that shows a new version of something in a room. */
export interface ChangeRecord {
  sequenceNumber: string
  chatRoomId: string
  changed: Changed
  /** Whether the change may wait in a huge room until another event is delivered there. */
  quiet: boolean
}

/**
 * Appends the changes of a batch to their rooms' logs, each subject once. Returns their deliveries, each with the
 * sequence number of its newest record.
 *
 * The events show the current state and not the records', because a redelivered batch must not bring back what was
 * edited or deleted since. The state is read before the log is written, so a subject that no longer exists gets no
 * number. In a huge room, quiet changes are logged but not delivered; the next event there takes them along
 * (`takePending`).
 *
 * @param fail called with the records of a room whose changes could not be logged; other rooms continue
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
      const { noted, size, room } = await noteChanges(
        chatRoomId,
        there.map(({ changed }) => changed),
        Date.now(),
      )
      const loud = new Set(ofRoom.filter(({ quiet }) => !quiet).map(({ changed }) => subjectOf(changed)))
      const waits = (change: Changed) => size === 'huge' && !loud.has(subjectOf(change))
      const first = noted.find(waits)
      if (first !== undefined) await setPending(chatRoomId, first.rev)
      const keptSince = keptSinceOf(room, Date.now())
      const isNarrowed = room.historyFrom === 'j' && noted.some(({ what }) => what === 'm')
      const mayReceive = isNarrowed ? await sinceTheyJoined(chatRoomId) : undefined
      noted.forEach((change, i) => {
        if (waits(change)) return
        const event = shownOf(eventOf(change, states)!, keptSince)
        const delivery =
          mayReceive === undefined || change.what !== 'm' || event.event === 'changesSkipped'
            ? { event }
            : mayReceive(event, Number(change.id))
        deliveries.set(delivery, there[i]!.sequenceNumber)
      })
    } catch (error) {
      fail(ofRoom, error)
    }
  })
  return deliveries
}

/**
 * Returns the delivery of a message's change in a room that shows its history only from the join on. Only users who
 * joined before the message receive it. In a large room, everybody is informed that there are changes to fetch. AP67.
 */
async function sinceTheyJoined(chatRoomId: string): Promise<(event: ChangeEvent, seq: number) => Delivery> {
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  if (members.length > MAX_MEMBERS_PER_REPLY) return (event) => ({ event: changesSkipped(event) })
  return (event, seq) => ({
    event,
    toUsers: new Set(members.filter(({ joinedSeq }) => joinedSeq < seq).map(({ userId }) => userId)),
  })
}
