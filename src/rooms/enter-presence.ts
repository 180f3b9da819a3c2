import { type ConnectionRow, getConnection, holdPresence, releasePresence } from '../entities/connection.ts'
import { getMembership } from '../entities/membership.ts'
import {
  deletePresent,
  endPlaces,
  getPresent,
  type Presence,
  type PresentKey,
  putPresent,
  renewPresent,
} from '../entities/present.ts'
import { placeOf } from '../entities/subscription.ts'
import { LimitReached, Unavailable } from '../errors.ts'
import { MAX_PRESENCE_ROOMS } from '../protocol/limits.ts'
import { stranger } from './admission.ts'

type Wanted = Pick<Presence, 'joinId' | 'data' | 'until'>

/**
 * Shows a connection as present in a room until a moment, extends its presence, or changes its data. An extension or a
 * change is one write, which never brings back a presence that was ended meanwhile. AP134 to AP137, AP140, AP150, AP8,
 * AP38.
 *
 * @param wanted `joinId`: the caller's membership; `data`: JSON, or undefined to leave it as it is; `until`: epoch
 *   milliseconds
 * @throws LimitReached when the connection is present in too many rooms
 * @throws NotAMember when the membership ends meanwhile
 */
export async function enterPresence(key: PresentKey, wanted: Wanted, now: number): Promise<void> {
  for (;;) {
    const before = await getPresent(key)
    if (before === undefined || before.until <= now || before.joinId !== wanted.joinId) {
      return enterAnew(key, wanted, now)
    }
    const { until, data = before.data } = wanted
    if (await renewPresent(key, before, { until, data }, now)) return
    // Another request has changed or ended the presence, so look at it again.
  }
}

/**
 * Starts a presence. It is first noted on the connection, so that it ends with it. Afterwards the membership and the
 * connection are read again: a user who was removed at this moment is not present, and neither is a connection that has
 * ended.
 */
async function enterAnew(key: PresentKey, { joinId, data, until }: Wanted, now: number): Promise<void> {
  const { chatRoomId, userId, connectionId } = key
  const held = await holdPlace(key, now)
  // The connection that asked has ended.
  if (held === 'gone') return
  const session = placeOf({ userId, connectionId, sessionKey: held.sessionKey ?? connectionId })
  await putPresent(key, { since: now, changedAt: now, until, joinId, session, data })
  const [membership, connection] = await Promise.all([getMembership(chatRoomId, userId), getConnection(connectionId)])
  const isMember = membership?.joinId === joinId
  if (isMember && connection?.presentIn?.includes(chatRoomId)) return
  await leavePresence(key)
  if (!isMember) throw stranger()
  if (connection !== undefined) throw new Unavailable('unable to enter; the connection has left meanwhile')
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
