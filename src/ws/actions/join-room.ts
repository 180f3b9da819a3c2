import { setOpenRoom } from '../../entities/connection.ts'
import { getRoom, type RoomRow } from '../../entities/chat-room.ts'
import { newJoinId } from '../../entities/create-room.ts'
import { join, stayIn } from '../../rooms/join.ts'
import { requirePlaceForRoom } from '../../rooms/require-place.ts'
import { sessionOf } from '../../rooms/session.ts'
import { getMembership, type MembershipRow, roomWithMembers } from '../../entities/membership.ts'
import { RoomNotFound } from '../../errors.ts'
import { isDirectRoomId } from '../../protocol/room-id.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { action } from '../action.ts'
import { type Caller, ownConnection } from '../caller.ts'
import { writeCursor } from '../cursor.ts'
import { recover } from '../recover.ts'

/**
 * Makes the caller a member, subscribes the connection's session, and returns the room and what was missed. The order
 * matters: membership, then subscription, then the gap, so that no message falls between. AP5, AP38, AP8, AP10, AP14,
 * AP3, AP13, AP4, AP22, AP20, AP44.
 *
 * A direct room has its two members and lets nobody else in: to others it doesn't exist, and the same is read for one
 * that doesn't.
 */
export const joinRoom = action('joinRoom', async (input, caller) => {
  const { chatRoomId, lastSeq } = input
  const { userId, connectionId } = caller
  const [room, membership, session] = await Promise.all([
    getRoom(chatRoomId),
    getMembership(chatRoomId, userId),
    sessionOf(ownConnection(caller)),
  ])
  if (room === undefined) throw notFound()
  // A leave by another of the user's connections may come between any two steps: then the user joins once more.
  let isIn = membership !== undefined && (await stayIn(membership, session))
  while (!isIn) {
    if (isDirectRoomId(chatRoomId)) throw notFound()
    await requirePlaceForRoom(userId)
    isIn = await join(newMembership(room, caller), session)
  }
  const [current] = await Promise.all([
    roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY }),
    setOpenRoom(connectionId, chatRoomId),
  ])
  if (current === undefined) throw notFound()
  return { ...writeCursor(current), ...(await recover(current, lastSeq)) }
})

const newMembership = ({ chatRoomId, headSeq }: RoomRow, { userId, connectionId }: Caller): MembershipRow => ({
  chatRoomId,
  userId,
  role: 'member',
  joinedAt: Date.now(),
  joinId: newJoinId(),
  joinedSeq: headSeq,
  originConnectionId: connectionId,
})

const notFound = () => new RoomNotFound('unable to join; there is no such room')
