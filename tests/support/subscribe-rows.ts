import type { SessionRow } from '../../src/entities/session.ts'
import { type SessionInRoom, subscribe } from '../../src/entities/subscription.ts'

/** Returns the session of a connection that named none, which is a session of its own. */
export const ownSession = (connection: Omit<SessionRow, 'sessionKey'>): SessionRow => ({
  ...connection,
  sessionKey: connection.connectionId,
})

/**
 * Subscribes connections that named no session.
 *
 * @returns those that the table has throttled
 */
export const subscribeRows = (
  rows: readonly (Omit<SessionRow, 'sessionKey'> & { chatRoomId: string; joinId: string })[],
): Promise<SessionInRoom[]> =>
  subscribe(
    rows.map(({ chatRoomId, joinId, ...connection }) => ({
      session: ownSession(connection),
      room: { chatRoomId, joinId },
    })),
  )
