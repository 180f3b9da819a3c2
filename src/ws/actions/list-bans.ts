import { bansOfRoom } from '../../entities/ban.ts'
import { defined } from '../../protocol/defined.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

const PAGE = 100

/** Returns who is banned from a room, ordered by user id. AP5, AP8, AP54, AP71. */
export const listBans = action('listBans', async ({ chatRoomId, cursor }, caller) => {
  const now = Date.now()
  const after = readCursor(cursor, StoredUserId)
  await admit(caller, chatRoomId, 'ban', now)
  const page = await bansOfRoom(chatRoomId, { limit: PAGE, ...defined({ after }) }, now)
  const found = page.bans.map(({ userId, by, at, until, reason }) => ({
    userId,
    by,
    at,
    ...defined({ until, reason }),
  }))
  const bans = longestRun(found, EVENTS_BYTES, 'start')
  const nextCursor = bans.length < found.length ? bans.at(-1)?.userId : page.nextCursor
  return writeCursor({ bans, ...defined({ nextCursor }) })
})
