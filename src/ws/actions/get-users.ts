import { getProfiles } from '../../entities/user.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * Returns the profiles of users in the order of the request, as many as fit into one WebSocket message. Any caller may
 * ask, because they must already know the ids. AP123.
 */
export const getUsers = action('getUsers', async ({ userIds }) => {
  const profiles = await getProfiles(userIds)
  const found = [...new Set(userIds)].flatMap((userId) => profiles.get(userId) ?? [])
  const users = longestRun(found, EVENTS_BYTES, 'start')
  const left = found.slice(users.length).map(({ userId }) => userId)
  return { users, ...(left.length === 0 ? {} : { left }) }
})
