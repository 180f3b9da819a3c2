import { getProfiles } from '../../entities/user.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * The profiles of users, in the order of the request, as many as one WebSocket message holds. Whoever has a token may
 * ask: who asks for an id knows it already. AP123.
 */
export const getUsers = action('getUsers', async ({ userIds }) => {
  const profiles = await getProfiles(userIds)
  const found = [...new Set(userIds)].flatMap((userId) => profiles.get(userId) ?? [])
  const users = longestRun(found, EVENTS_BYTES, 'start')
  const left = found.slice(users.length).map(({ userId }) => userId)
  return { users, ...(left.length === 0 ? {} : { left }) }
})
