import { blockedBy } from '../../entities/block.ts'
import { defined } from '../../protocol/defined.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

const PAGE = 100

/** Returns the users whom the caller has blocked. AP59. */
export const listBlocked = action('listBlocked', async ({ cursor }, caller) => {
  const after = readCursor(cursor, StoredUserId)
  return writeCursor(await blockedBy(caller.userId, { limit: PAGE, ...defined({ after }) }))
})
