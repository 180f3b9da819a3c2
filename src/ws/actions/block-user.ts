import { block } from '../../rooms/block.ts'
import { InvalidRequest } from '../../errors.ts'
import { action } from '../action.ts'

/**
 * Keeps a user from writing to the caller and from adding them to rooms. The blocked user is not informed. AP49, AP56,
 * AP145.
 */
export const blockUser = action('blockUser', async ({ userId }, caller) => {
  if (userId === caller.userId) {
    throw new InvalidRequest('unable to block oneself', [{ path: 'userId', problem: "is the token's user" }])
  }
  await block(caller.userId, userId, Date.now())
  return {}
})
