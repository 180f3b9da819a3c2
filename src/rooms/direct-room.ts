import { createHash } from 'node:crypto'
import { getRoom } from '../entities/chat-room.ts'
import { createRoom } from '../entities/create-room.ts'
import { newJoinId } from '../entities/join-id.ts'
import { blocksOf } from '../entities/block.ts'
import { erasedAmong } from '../entities/erasure.ts'
import type { Standing } from '../protocol/permissions.ts'
import { type Actor, mayNotWrite, standingOf } from './admission.ts'
import { addMember, getMembership, type MembershipRow } from '../entities/membership.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { DIRECT_ROOM_PREFIX } from '../protocol/room-id.ts'
import { defined } from '../protocol/defined.ts'
import { directRoomName } from '../protocol/direct-room-name.ts'
import { join } from './join.ts'
import { requirePlaceForRoom } from './require-place.ts'
import { type OwnConnection, sessionOf } from './session.ts'

/** Returns the id of the direct room of two users, the same in either order. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `${DIRECT_ROOM_PREFIX}${createHash('sha256').update(pair).digest('base64url')}`
}

/**
 * Looks for the direct room of sender and recipient, with two reads. AP8; AP58 and AP145 if it is missing or
 * incomplete.
 *
 * @param connection the sender's; undefined when a backend writes in the sender's name
 * @returns the sender's standing in the room and their membership, if there is one. If the room doesn't exist or a user
 *   has left it, also `make`, which makes the room, or adds that user again
 * @throws Forbidden when one of the two has blocked the other, the recipient was erased, or the sender's token allows
 *   only guests
 */
export async function findDirectRoom(
  sender: Actor,
  connection: OwnConnection | undefined,
  recipientId: string,
  now: number,
): Promise<{ standing: Standing; membership: MembershipRow | undefined; make?: () => Promise<void> }> {
  const chatRoomId = directRoomId(sender.userId, recipientId)
  const pair = [...new Set([sender.userId, recipientId])].sort()
  const memberships = await Promise.all(pair.map((userId) => getMembership(chatRoomId, userId)))
  const missing = pair.filter((_, i) => memberships[i] === undefined)
  const membership = memberships[pair.indexOf(sender.userId)]
  const own = membership ?? ({ role: 'member' } as const)
  const standing = standingOf(sender, chatRoomId, own)!
  // If one of the two has blocked the other, both are stored as guests of their direct room. If the other was erased,
  // the user who is left is a guest too.
  if (standing === 'guest' || own.role === 'guest') throw mayNotWrite()
  if (missing.length === 0) return { standing, membership }
  await requireNotApart(sender.userId, recipientId)
  const make = async () => {
    await makeDirectRoom(sender.userId, connection, { chatRoomId, pair, missing }, now)
    // An erasure at the same moment may have found no room yet in which to keep the two apart.
    if ((await erasedAmong([recipientId])).size === 0) return
    await setDirectRoles(chatRoomId, [sender.userId, recipientId], 'guest')
    throw mayNotWrite()
  }
  return { standing, membership, make }
}

/**
 * Makes sure that neither user has blocked the other, and the recipient was not erased. AP58, AP145.
 *
 * @throws Forbidden when one of the two has blocked the other, or the recipient was erased
 */
async function requireNotApart(sender: string, recipientId: string): Promise<void> {
  const [bySender, byRecipient, erased] = await Promise.all([
    blocksOf([sender], recipientId),
    blocksOf([recipientId], sender),
    erasedAmong([recipientId]),
  ])
  if (bySender.size + byRecipient.size + erased.size > 0) throw mayNotWrite()
}

/**
 * Makes the direct room, or adds the users who have left it. Also subscribes the sender's session, if there is one.
 * AP38, AP44, AP32, AP5, AP10, AP14, AP3.
 *
 * @throws Forbidden when one of the two has blocked the other at the same moment
 */
async function makeDirectRoom(
  createdBy: string,
  connection: OwnConnection | undefined,
  { chatRoomId, pair, missing }: { chatRoomId: string; pair: string[]; missing: string[] },
  now: number,
): Promise<void> {
  const [session] = connection ? await Promise.all([sessionOf(connection), requirePlaceForRoom(createdBy)]) : []
  const room = { chatRoomId, roomName: directRoomName(pair), createdBy, createdAt: now }
  if (await createRoom({ ...room, owner: createdBy, members: pair, ...defined({ session }) })) return
  // If the room isn't there, there was a block at the same moment.
  const found = await getRoom(chatRoomId)
  if (found === undefined) throw mayNotWrite()

  const joinedSeq = found.headSeq
  const rowOf = (userId: string) =>
    ({ chatRoomId, userId, role: 'member', joinedAt: now, joinId: newJoinId(), joinedSeq }) as const
  // One after the other: transactions that check the same blocks at the same time cancel each other.
  for (const userId of missing) {
    if (userId === createdBy && session) {
      await join({ ...rowOf(userId), originConnectionId: session.connectionId }, session, { pair })
    } else if ((await addMember(rowOf(userId), { pair })) === 'blocked') throw mayNotWrite()
  }
}
