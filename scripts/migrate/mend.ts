import { forEachLimited } from '../../src/delivery/for-each-limited.ts'
import { isPending } from '../../src/entities/chat-room.ts'
import { getMembership, mirrorMembership } from '../../src/entities/membership.ts'
import { Session, type SessionRow, sessionsOfUser } from '../../src/entities/session.ts'
import { placeOf, unsubscribe } from '../../src/entities/subscription.ts'
import { UserRoom, userRoomKey } from '../../src/entities/user-room.ts'
import type { Faults } from './find-faults.ts'
import type { InRoom } from './scan-page.ts'

/** Requests at a time: many, so that the pace limits them and not their round trips. */
const AT_ONCE = 16

/** How many rows were written or deleted. */
export interface Mended {
  mirrors: number
  sessions: number
  stale: number
}

/**
 * Writes the missing mirrors and sessions, and deletes the stale mirrors. Each write has a condition that holds only
 * while the fault exists. Therefore it may run beside the chat and beside itself, and may be interrupted between any
 * two requests.
 */
export async function mend({ unmirrored, stale, sessionless }: Faults): Promise<Mended> {
  const mended: Mended = { mirrors: 0, sessions: 0, stale: 0 }
  await forEachLimited(sessionless, AT_ONCE, async (session) => {
    if (await addSession(session)) mended.sessions++
  })
  await forEachLimited(unmirrored, AT_ONCE, async (membership) => {
    if (await mirrorMembership(membership)) mended.mirrors++
  })
  await forEachLimited(stale, AT_ONCE, async (mirror) => {
    if (await removeStaleMirror(mirror)) mended.stale++
  })
  return mended
}

async function addSession(session: SessionRow): Promise<boolean> {
  const { rejected } = await Session.create(session).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * Deletes a mirror whose membership has ended, and the subscriptions that its user still has. A `joinId` that has ended
 * never comes back, so a condition on it is enough. In a room that is still being created, mirrors are written before
 * memberships; those mirrors stay.
 */
async function removeStaleMirror(mirror: InRoom): Promise<boolean> {
  const { chatRoomId, userId, joinId } = mirror
  if (await isPending(chatRoomId)) return false
  if ((await getMembership(chatRoomId, userId)) !== undefined) return false
  // Before the deletion, because an interrupted run is repeated only for mirrors that still exist. And after it,
  // because a sync may have read the mirror.
  await unsubscribeSessions(mirror)
  const { rejected } = await UserRoom.delete(userRoomKey(mirror))
    .where((row, { eq }) => eq(row.joinId, joinId))
    .go({ returnOnConditionCheckFailure: true })
  await unsubscribeSessions(mirror)
  return !rejected
}

async function unsubscribeSessions({ chatRoomId, userId, joinId }: InRoom): Promise<void> {
  for (const session of await sessionsOfUser(userId, 0)) {
    await unsubscribe({ chatRoomId, place: placeOf(session) }, { joinId })
  }
}
