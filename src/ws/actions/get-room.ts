import { requireMembership, roomWithMembers } from '../../entities/membership.ts'
import { NotAMember } from '../../errors.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { UserId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/** A room and its members by user id, 1,000 at most in one reply. AP8, AP13. */
export const getRoom = action('getRoom', async ({ chatRoomId, cursor }, caller) => {
  const after = readCursor(cursor, UserId)
  await requireMembership(chatRoomId, caller.userId)
  const room = await roomWithMembers(chatRoomId, {
    limit: MAX_MEMBERS_PER_REPLY,
    ...(after === undefined ? {} : { after }),
  })
  if (room === undefined) throw new NotAMember('unable to show this room; it does not exist')
  return writeCursor(room)
})
