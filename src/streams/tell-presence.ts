import { getMembership, roomWithDetails } from '../entities/membership.ts'
import { presenceOf, type PresentRow } from '../entities/present.ts'
import { departuresOfRoom, type Recipient } from '../entities/subscription.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { PRESENCE_GRACE_MS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { areKeptApart, hasPresence, personOf, presentPeople, shownOf } from '../rooms/presence.ts'
import { detailsOnWire } from '../rooms/room-view.ts'
import type { PresenceChanged } from './changes.ts'
import type { Recorded } from './recorded.ts'

type PresenceRecord = Recorded<PresenceChanged>

const ROOMS_AT_ONCE = 16

/**
 * How many recipients a batch informs about presence: about 0.2 s of posts, which delay the next messages. The others
 * see the changes when they next read the room's presence, every other minute.
 */
const MAX_RECIPIENTS = 2_000

/**
 * Informs the users who are present in a room who has come, left, or changed their presence data. The events show the
 * current state, once per user and batch, because a record may be redelivered, late, or arrive after later ones. A user
 * with several devices comes with the first one and leaves with the last one. Rooms too large to list everybody who is
 * present get no events.
 *
 * @param fail called with the records of a room that could not be read; other rooms continue
 * @returns the deliveries, each with the sequence number of its record
 */
export async function tellPresence(
  records: readonly PresenceRecord[],
  fail: (records: readonly PresenceRecord[], error: unknown) => void,
): Promise<Map<Delivery, string>> {
  const deliveries = new Map<Delivery, string>()
  let left = MAX_RECIPIENTS
  const rooms = groupBy(records, ({ change }) => change.chatRoomId)
  await forEachLimited([...rooms], ROOMS_AT_ONCE, async ([chatRoomId, ofRoom]) => {
    if (left <= 0) return
    try {
      const told = await toldInRoom(chatRoomId, ofRoom)
      left -= told[0]?.delivery.only?.length ?? 0
      if (left >= 0) for (const { delivery, sequenceNumber } of told) deliveries.set(delivery, sequenceNumber)
    } catch (error) {
      fail(ofRoom, error)
    }
  })
  return deliveries
}

interface Told {
  delivery: Delivery
  sequenceNumber: string
}

/** Returns the deliveries for one room. AP98, AP138, AP42; in a direct room AP8. */
async function toldInRoom(chatRoomId: string, records: readonly PresenceRecord[]): Promise<Told[]> {
  // Taken before the room is read, so that an event about a later return has a later time.
  const at = Date.now()
  const [found, { users: all, isCrowd }, departed] = await Promise.all([
    roomWithDetails(chatRoomId),
    presentPeople(chatRoomId, at),
    departuresOfRoom(chatRoomId),
  ])
  if (found === undefined || isCrowd) return []
  if (!hasPresence(found.room, detailsOnWire(found.room, found.details).settings)) return []
  const users = standing(all, departed)
  const everybody = recipientsOf([...users.values()].flat())
  if (everybody.length === 0) return []
  const isApart = await isOfTwoApart(chatRoomId, records)
  const byUser = groupBy(records, ({ change }) => change.userId)
  return [...byUser].flatMap(([userId, ofUser]) => {
    const rows = users.get(userId)
    const event = eventOf(chatRoomId, ofUser, rows, at)
    // Nobody is told that they were blocked, so they still receive the events about themselves.
    const only = isApart ? recipientsOf(rows ?? []) : everybody
    if (event === undefined || only.length === 0) return []
    return [{ delivery: { event, only }, sequenceNumber: ofUser.at(-1)!.sequenceNumber }]
  })
}

/** Leaves out the rows of ended memberships, so that removed users receive no more events. */
function standing(
  users: ReadonlyMap<string, PresentRow[]>,
  departed: ReadonlySet<string>,
): Map<string, readonly PresentRow[]> {
  const kept = [...users].map(([userId, rows]) => [userId, rows.filter(({ joinId }) => !departed.has(joinId))] as const)
  return new Map(kept.filter(([, rows]) => rows.length > 0))
}

/** Returns one recipient for each session: the connection that entered last. */
function recipientsOf(rows: readonly PresentRow[]): Recipient[] {
  const sessions = new Map<string, PresentRow>()
  for (const row of rows) {
    if (row.since >= (sessions.get(row.session)?.since ?? 0)) sessions.set(row.session, row)
  }
  return [...sessions.values()].map((row) => {
    const { connectionId, userId } = presenceOf(row)
    return { connectionId, userId, place: row.session }
  })
}

/** Whether the room is a direct room in which one user has blocked the other. */
const isOfTwoApart = async (chatRoomId: string, [record]: readonly PresenceRecord[]): Promise<boolean> =>
  isDirectRoomId(chatRoomId) && areKeptApart(chatRoomId, await getMembership(chatRoomId, record!.change.userId))

/** @param rows the user's current rows; undefined if the user is not present */
function eventOf(
  chatRoomId: string,
  records: readonly PresenceRecord[],
  rows: readonly PresentRow[] | undefined,
  at: number,
): Delivery['event'] | undefined {
  const changes = records.map(({ change }) => change)
  const { userId } = changes[0]!
  if (rows === undefined) {
    const isGone = changes.some(({ how }) => how === 'left')
    return isGone ? { event: 'presenceLeft', chatRoomId, userId, effectiveAt: at + PRESENCE_GRACE_MS, at } : undefined
  }
  const person = personOf(rows)
  // If another device was first, the user was present already.
  const hasCome = changes.some(({ how, row }) => how === 'entered' && row.place === rows[0]!.place)
  if (hasCome) return { event: 'presenceEntered', chatRoomId, ...person, at }
  return isNews(changes, rows) ? { event: 'presenceUpdated', chatRoomId, ...person, at } : undefined
}

/** Whether the change affects what is shown of the user, now or before. */
function isNews(changes: readonly PresenceChanged[], rows: readonly PresentRow[]): boolean {
  return changes.some(({ how, row }) => {
    if (how === 'changed') return true
    const others = rows.filter(({ place }) => place !== row.place)
    if (others.length === 0) return false
    const before = how === 'left' ? [...others, row] : others
    return shownOf(before).data !== shownOf(rows).data
  })
}
