import { setOpenRoom } from '../../entities/connection.ts'
import { getRoom, type RoomRow } from '../../entities/chat-room.ts'
import { newJoinId } from '../../entities/create-room.ts'
import { joinIdNow, keepSubscribed } from '../../rooms/keep-subscribed.ts'
import { sessionOf } from '../../rooms/session.ts'
import { addMember, getMembership, roomWithMembers } from '../../entities/membership.ts'
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
 * AP3, AP13, AP4, AP22, AP20.
 *
 * A direct room has its two members and lets nobody else in: to others it doesn't exist.
 */
export const joinRoom = action('joinRoom', async (input, caller) => {
  const { chatRoomId, lastSeq } = input
  const { userId, connectionId } = caller
  const [room, session] = await Promise.all([getRoom(chatRoomId), sessionOf(ownConnection(caller))])
  if (room === undefined) throw notFound()
  // A leave by another of the user's connections may come between any two steps: then the user joins once more.
  let joinId: string
  let joined: Set<string>
  do {
    joinId = isDirectRoomId(chatRoomId) ? await directJoinId(chatRoomId, userId) : await join(room, caller)
    joined = await keepSubscribed(userId, [session], [{ chatRoomId, joinId }], () => joinIdNow(chatRoomId, userId))
  } while (!joined.has(chatRoomId))
  const [current] = await Promise.all([
    roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY }),
    setOpenRoom(connectionId, chatRoomId),
  ])
  if (current === undefined) throw notFound()
  return { ...writeCursor(current), ...(await recover(current, lastSeq)) }
})

/** The id of the caller's membership, which is made when there is none. */
async function join(room: RoomRow, caller: Caller): Promise<string> {
  const { chatRoomId, headSeq } = room
  const { userId, connectionId } = caller
  const joinId = newJoinId()
  const added = await addMember({
    chatRoomId,
    userId,
    role: 'member',
    joinedAt: Date.now(),
    joinId,
    joinedSeq: headSeq,
    originConnectionId: connectionId,
  })
  if (added) return joinId
  const membership = await getMembership(chatRoomId, userId)
  return membership?.joinId ?? join(room, caller)
}

async function directJoinId(chatRoomId: string, userId: string): Promise<string> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) throw notFound()
  return membership.joinId
}

const notFound = () => new RoomNotFound('unable to join; there is no such room')
