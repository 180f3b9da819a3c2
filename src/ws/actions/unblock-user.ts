import { unblock } from '../../rooms/block.ts'
import { action } from '../action.ts'

/** Ends a block. AP49, AP57, AP145. */
export const unblockUser = action('unblockUser', async ({ userId }, caller) => {
  await unblock(caller.userId, userId)
  return {}
})
