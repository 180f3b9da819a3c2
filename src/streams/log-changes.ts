import { noteChanges } from '../changes/note-changes.ts'
import { changesSkipped, eventOf, readableOf, shownOf, statesOf, subjectOf } from '../changes/change-events.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { type Changed, setPending } from '../entities/change.ts'
import { membersAfter } from '../entities/membership.ts'
import { keptSinceOf } from '../rooms/kept.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import type { ChangesSkippedEvent } from '../protocol/events.ts'
import { shownPins } from '../rooms/room-view.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

const ROOMS_AT_ONCE = 32

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
      const told = noted.map((change) => (waits(change) ? undefined : shownOf(eventOf(change, states)!, keptSince)))
      const isNarrowed = room.historyFrom === 'j' && told.some((event) => event && isOfMessages(event))
      const narrowed = isNarrowed
        ? await sinceTheyJoined(chatRoomId)
        : (event: ChangeEvent | ChangesSkippedEvent) => [{ event }]
      told.forEach((event, i) => {
        if (event === undefined) return
        for (const delivery of narrowed(event)) deliveries.set(delivery, there[i]!.sequenceNumber)
      })
    } catch (error) {
      fail(ofRoom, error)
    }
  })
  return deliveries
}

/** Returns the ids of the message that has changed, or of the messages that the change names as pins. */
const messagesOf = (event: ChangeEvent | ChangesSkippedEvent): readonly string[] => {
  if (event.event === 'messageUpdated') return [event.message.messageId]
  if (event.event === 'messageDeleted') return [event.messageId]
  return event.event === 'roomUpdated' ? event.room.pins : []
}

const isOfMessages = (event: ChangeEvent | ChangesSkippedEvent) => messagesOf(event).length > 0

/**
 * For a room whose members may read only what was sent since they joined. A change of a message is posted only to
 * members who joined before it, and each member receives only the pins that they may read. In a large room, everybody
 * receives `changesSkipped` instead, and requests the change. AP67.
 */
async function sinceTheyJoined(chatRoomId: string): Promise<(event: ChangeEvent | ChangesSkippedEvent) => Delivery[]> {
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  return (event) => {
    if (event.event === 'changesSkipped' || !isOfMessages(event)) return [{ event }]
    if (members.length > MAX_MEMBERS_PER_REPLY) return [{ event: changesSkipped(event) }]
    // Members who may read equally many of the messages receive the same event.
    const groups = groupBy(members, ({ joinedSeq }) => String(shownPins(messagesOf(event), joinedSeq).length))
    return [...groups.values()].flatMap((group) => {
      const { joinedSeq } = group[0]!
      const isForThem = event.event === 'roomUpdated' || shownPins(messagesOf(event), joinedSeq).length > 0
      const toUsers = new Set(group.map(({ userId }) => userId))
      return isForThem ? [{ event: readableOf(event, joinedSeq), toUsers }] : []
    })
  }
}
