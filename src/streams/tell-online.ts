import { getMemberships } from '../entities/membership.ts'
import { type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { roomsOfUser } from '../entities/user-room.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { PRESENCE_GRACE_MS } from '../protocol/limits.ts'
import { DIRECT_ROOM_PREFIX } from '../protocol/room-id.ts'
import { areKeptApart } from '../rooms/presence.ts'
import type { SessionChanged } from './changes.ts'
import type { Recorded } from './recorded.ts'

type SessionRecord = Recorded<SessionChanged>

const USERS_AT_ONCE = 16
/** In how many direct rooms of a user the change is reported: the first ones by id. */
const MAX_ROOMS_OF_USER = 100
/**
 * For all users of a batch. After all connections are lost at once, most changes are not reported; clients ask instead.
 */
const MAX_ROOMS = 500

/**
 * Reports users as online to the other users of their direct rooms when their first session begins, and as offline when
 * their last one ends. The events show the current state, once per user and batch.
 *
 * @param fail called with the records of a user that could not be read; other users continue
 * @returns the deliveries, each with the sequence number of its record
 */
export async function tellOnline(
  records: readonly SessionRecord[],
  fail: (records: readonly SessionRecord[], error: unknown) => void,
): Promise<Map<Delivery, string>> {
  const deliveries = new Map<Delivery, string>()
  let left = MAX_ROOMS
  const users = groupBy(records, ({ change }) => change.session.userId)
  await forEachLimited([...users], USERS_AT_ONCE, async ([userId, ofUser]) => {
    if (left <= 0) return
    try {
      const told = await toldOf(userId, ofUser)
      left -= told.length
      for (const delivery of told) deliveries.set(delivery, ofUser.at(-1)!.sequenceNumber)
    } catch (error) {
      fail(ofUser, error)
    }
  })
  return deliveries
}

/** Returns the deliveries for one user. AP3; AP12, AP9. */
async function toldOf(userId: string, records: readonly SessionRecord[]): Promise<Delivery[]> {
  // Taken before the sessions are read, so that an event about anything later has a later time.
  const at = Date.now()
  const sessions = await sessionsOfUser(userId, at)
  const online = sessions.length > 0
  if (!isNews(records, sessions)) return []
  const { rooms } = await roomsOfUser(userId, {
    from: DIRECT_ROOM_PREFIX,
    through: `${DIRECT_ROOM_PREFIX}~`,
    limit: MAX_ROOMS_OF_USER,
  })
  const ids = rooms.map(({ chatRoomId }) => chatRoomId)
  const memberships = await getMemberships(userId, ids)
  const shown = ids.filter((id) => memberships.has(id) && !areKeptApart(id, memberships.get(id)))
  const effectiveAt = online ? at : at + PRESENCE_GRACE_MS
  return shown.map((chatRoomId) => ({
    event: { event: 'online', chatRoomId, userId, online, effectiveAt, at },
    exceptUserId: userId,
  }))
}

/** Whether the first of the current sessions has just begun, or the last one has just ended. */
function isNews(records: readonly SessionRecord[], sessions: readonly SessionRow[]): boolean {
  if (sessions.length === 0) return records.some(({ change }) => !change.began)
  const first = sessions.toSorted(
    (a, b) => (a.syncedAt ?? 0) - (b.syncedAt ?? 0) || (a.sessionKey < b.sessionKey ? -1 : 1),
  )
  return records.some(({ change }) => change.began && change.session.sessionKey === first[0]!.sessionKey)
}
