import { setOpenRoom } from '../../entities/connection.ts'
import { getRoom, type RoomRow } from '../../entities/chat-room.ts'
import { newJoinId } from '../../entities/create-room.ts'
import { keepSubscribed } from '../../rooms/keep-subscribed.ts'
import { addMember, getMembership, roomWithMembers } from '../../entities/membership.ts'
import { RoomNotFound } from '../../errors.ts'
import { isDirectRoomId } from '../../protocol/room-id.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { action } from '../action.ts'
import type { Caller } from '../caller.ts'
import { writeCursor } from '../cursor.ts'
import { recover } from '../recover.ts'

/**
 * Makes the caller a member, subscribes the connection, and returns the room with the messages since `lastSeq`. The
 * membership comes first, the subscription second, and then the messages are read, so that each message is in the reply
 * or posted. AP5, AP8, AP10, AP14, AP15, AP13, AP4, AP22, AP20.
 *
 * Nobody but its two members can join a direct room: for others it doesn't exist.
 */
export const joinRoom = action('joinRoom', async (input, caller) => {
  const { chatRoomId, lastSeq } = input
  const { userId, connectionId, rowsExpireAt } = caller
  const room = await getRoom(chatRoomId)
  if (room === undefined) throw notFound()
  // Another connection of the user may leave the room between any two steps: then the user joins again.
  let joinId: string
  do {
    joinId = isDirectRoomId(chatRoomId) ? await directJoinId(chatRoomId, userId) : await join(room, caller)
  } while (!(await keepSubscribed({ chatRoomId, userId, joinId }, [{ connectionId, expiresAt: rowsExpireAt }])))
  const [joined] = await Promise.all([
    roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY }),
    setOpenRoom(connectionId, chatRoomId, Date.now()),
  ])
  if (joined === undefined) throw notFound()
  return { ...writeCursor(joined), ...(await recover(joined, lastSeq)) }
})

/** The `joinId` of the caller's membership, which is created if there is none. */
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
  return added ? joinId : ((await getMembership(chatRoomId, userId))?.joinId ?? join(room, caller))
}

async function directJoinId(chatRoomId: string, userId: string): Promise<string> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) throw notFound()
  return membership.joinId
}

const notFound = () => new RoomNotFound('unable to join; there is no such room')
