import { holdPresence, releasePresence } from '../entities/connection.ts'
import { getMembership } from '../entities/membership.ts'
import {
  deletePresent,
  getPresent,
  type Presence,
  type PresentKey,
  putPresent,
  renewPresent,
} from '../entities/present.ts'
import { placeOf } from '../entities/subscription.ts'
import { LimitReached } from '../errors.ts'
import { MAX_PRESENCE_ROOMS } from '../protocol/limits.ts'
import { stranger } from './admission.ts'

/**
 * Shows a connection as present in a room until a moment, renews that, or changes what is shown. A renewal is one
 * write, and tells nobody. Two writes more note it at the connection, with which it ends, and that is looked at once
 * more: who is shown out at this moment is not present. AP134 to AP137, AP140, AP8.
 *
 * @param joinId of the caller's membership
 * @param data as JSON; undefined leaves it as it is
 * @throws LimitReached when the connection is present in too many rooms
 * @throws NotAMember when the membership ends meanwhile
 */
export async function enterPresence(
  key: PresentKey,
  { joinId, data, until }: Pick<Presence, 'joinId' | 'data' | 'until'>,
  now: number,
): Promise<void> {
  const before = await getPresent(key)
  const isHere = before !== undefined && before.until > now && before.joinId === joinId
  const shown = data ?? (isHere ? before.data : undefined)
  if (isHere && shown !== before.data) {
    const { since, session } = before
    return putPresent(key, { since, changedAt: now, until, joinId, session, data: shown })
  }
  if (isHere && (await renewPresent(key, before, until, now))) return
  const held = await holdPresence(key, MAX_PRESENCE_ROOMS)
  if (held === 'full') {
    throw new LimitReached(`unable to enter; a connection is present in ${MAX_PRESENCE_ROOMS} rooms at most`)
  }
  // Whoever asked is there no more.
  if (held === 'gone') return
  const { connectionId, userId } = key
  const session = placeOf({ userId, connectionId, sessionKey: held.sessionKey ?? connectionId })
  await putPresent(key, { since: now, changedAt: now, until, joinId, session, data: shown })
  if ((await getMembership(key.chatRoomId, userId))?.joinId === joinId) return
  await leavePresence(key)
  throw stranger()
}

/** AP137, AP141. */
export async function leavePresence(key: PresentKey): Promise<void> {
  await deletePresent(key)
  await releasePresence(key.connectionId, key.chatRoomId)
}
