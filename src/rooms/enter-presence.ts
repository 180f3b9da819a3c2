import { type ConnectionRow, getConnection, holdPresence, releasePresence } from '../entities/connection.ts'
import { getMembership } from '../entities/membership.ts'
import {
  deletePresent,
  endPlaces,
  getPresent,
  type Presence,
  type PresentKey,
  presentKey,
  presentOfUser,
  type PresentRow,
  putPresent,
  renewPresent,
} from '../entities/present.ts'
import { placeOf } from '../entities/subscription.ts'
import { LimitReached, Unavailable } from '../errors.ts'
import { MAX_PRESENCE_ROOMS } from '../protocol/limits.ts'
import { stranger } from './admission.ts'
import { shownOf, sinceOf } from './presence.ts'

type Wanted = Pick<Presence, 'joinId' | 'data' | 'until'>

/**
 * Shows a connection as present in a room until a moment, extends its presence, or sets its data. An extension or a
 * setting is one write, which never brings back a presence that was ended meanwhile. AP134 to AP137, AP140, AP150,
 * AP158, AP8, AP38.
 *
 * @param wanted `joinId`: the caller's membership; `data`: JSON, or undefined to leave the user's as it is; `until`:
 *   epoch milliseconds
 * @throws LimitReached when the connection is present in too many rooms
 * @throws NotAMember when the membership ends meanwhile
 */
export async function enterPresence(key: PresentKey, wanted: Wanted, now: number): Promise<void> {
  for (;;) {
    const before = await getPresent(key)
    if (before?.joinId !== wanted.joinId) return enterAnew(key, wanted, undefined, now)
    if (before.until <= now) return enterAnew(key, wanted, before, now)
    const data = await newData(key, before, wanted, now)
    if (await renewPresent(key, before, { until: wanted.until, data }, now)) return
    // Another request has changed or ended the presence, so look at it again.
  }
}

/**
 * Returns the data that must be shown from now on, or undefined if it stays: a renewal. What this connection has said
 * before is new again if another device of the user has set other data since.
 */
async function newData(key: PresentKey, before: PresentRow, { data, joinId }: Wanted, now: number) {
  if (data === undefined || data !== before.data) return data
  const rows = await presentOfUser(key, joinId, now)
  return shownOf([before, ...rows]).data === data ? undefined : data
}

/**
 * Starts a presence. It is first noted on the connection, so that it ends with it. Afterwards the membership and the
 * connection are read again: a user who was removed at this moment is not present, and neither is a connection that has
 * ended.
 *
 * The row takes over when the user became present on other devices, and their data if it has none, because their rows
 * may end before this one.
 *
 * @param ended this connection's presence that has ended, if its row is still there
 */
async function enterAnew(
  key: PresentKey,
  { joinId, data, until }: Wanted,
  ended: PresentRow | undefined,
  now: number,
): Promise<void> {
  const { chatRoomId, userId, connectionId } = key
  const [held, rows] = await Promise.all([holdPlace(key, now), presentOfUser(key, joinId, now)])
  // The connection that asked has ended.
  if (held === 'gone') return
  const others = rows.filter(({ place }) => place !== presentKey(key).place)
  const userSince = others.length > 0 ? sinceOf(others) : undefined
  const shown = data === undefined ? formerData([...(ended ? [ended] : []), ...others]) : { data, changedAt: now }
  const session = placeOf({ userId, connectionId, sessionKey: held.sessionKey ?? connectionId })
  await putPresent(key, { changedAt: now, ...shown, since: now, userSince, until, joinId, session })
  const [membership, connection] = await Promise.all([getMembership(chatRoomId, userId), getConnection(connectionId)])
  const isMember = membership?.joinId === joinId
  if (isMember && connection?.presentIn?.includes(chatRoomId)) return
  await leavePresence(key)
  if (!isMember) throw stranger()
  if (connection !== undefined) throw new Unavailable('unable to enter; the connection has left meanwhile')
}

/** Returns what rows of the user show, and when it was set. */
function formerData(rows: readonly PresentRow[]): Pick<Presence, 'data'> & Partial<Pick<Presence, 'changedAt'>> {
  if (rows.length === 0) return { data: undefined }
  const { data, changedAt } = shownOf(rows)
  return data === undefined ? { data } : { data, changedAt }
}

/**
 * Notes the presence on the connection. If all places are taken, frees those of presences that have ended, and tries
 * again.
 */
async function holdPlace(key: PresentKey, now: number): Promise<ConnectionRow | 'gone'> {
  const held = await holdPresence(key, MAX_PRESENCE_ROOMS)
  if (held !== 'full') return held
  const { presentIn = [] } = (await getConnection(key.connectionId)) ?? {}
  const rows = await Promise.all(presentIn.map((chatRoomId) => getPresent({ ...key, chatRoomId })))
  const ended = presentIn.filter((_, i) => (rows[i]?.until ?? 0) <= now)
  const again =
    ended.length > 0 && (await endPlaces(key, ended, now)) ? await holdPresence(key, MAX_PRESENCE_ROOMS) : held
  if (again !== 'full') return again
  throw new LimitReached(`unable to enter; a connection is present in ${MAX_PRESENCE_ROOMS} rooms at most`)
}

/** Ends a presence. Returns false if there was none, and the connection had no place for it. AP137, AP141. */
export async function leavePresence(key: PresentKey): Promise<boolean> {
  const wasThere = await deletePresent(key)
  return (await releasePresence(key.connectionId, key.chatRoomId)) || wasThere
}
