import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/** Requests the end of all of a user's connections. The stream function posts `goodbye` and closes them. AP79, AP81. */
export const disconnectUser = serverAction('disconnectUser', async ({ userId, reason }) => ({
  connections: await closeConnections(userId, reason, Date.now()),
}))
