import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/** Asks for the end of all of a user's connections; the stream says goodbye and closes them. AP79, AP81. */
export const disconnectUser = serverAction('disconnectUser', async ({ userId, reason }) => ({
  connections: await closeConnections(userId, reason, Date.now()),
}))
