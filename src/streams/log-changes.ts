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

/** A record that says that something in a room is another version. */
export interface ChangeRecord {
  sequenceNumber: string
  chatRoomId: string
  changed: Changed
  /** Whether it may wait in a huge room until something else is told there. */
  quiet: boolean
}

/**
 * Notes the changes of a batch in their rooms' logs, each subject once, and returns the deliveries that tell of them,
 * each with the sequence number of its newest record. What is told is how things are now, and not what the records say:
 * a batch that is redelivered must not bring back what was edited or deleted meanwhile. It is read before it is noted,
 * so what is not there any more gets no number. In a huge room what is quiet is noted and not delivered: it rides with
 * whatever is told there next (`takePending`).
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
 * In a room that shows its history from the join on, a change of a message is for those who were in before it was said.
 * In a large one everybody receives that there is a change, and asks for it. AP67.
 */
async function sinceTheyJoined(chatRoomId: string): Promise<(event: ChangeEvent, seq: number) => Delivery> {
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  if (members.length > MAX_MEMBERS_PER_REPLY) return (event) => ({ event: changesSkipped(event) })
  return (event, seq) => ({
    event,
    toUsers: new Set(members.filter(({ joinedSeq }) => joinedSeq < seq).map(({ userId }) => userId)),
  })
}
