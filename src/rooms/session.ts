import { getConnection, setSessionKey } from '../entities/connection.ts'
import { putSession, type SessionRow } from '../entities/session.ts'
import { InvalidRequest } from '../errors.ts'

/** A connection and whose it is. */
export interface OwnConnection {
  userId: string
  connectionId: string
  /** Epoch seconds. */
  expiresAt: number
}

/**
 * Posts the events of a session to this connection from now on, instead of the one that the session had. AP35, AP36.
 *
 * @param sessionId without it, the connection is a session of its own
 * @param now when the `sync` began, in epoch milliseconds
 * @returns the session; it names another connection when that one has synced later
 * @throws InvalidRequest when the connection has synced for another session before
 */
export async function takeSession(
  connection: OwnConnection,
  sessionId: string | undefined,
  now: number,
): Promise<SessionRow> {
  const session = { ...connection, sessionKey: sessionId ?? connection.connectionId, syncedAt: now }
  if (!(await setSessionKey(connection.connectionId, session.sessionKey))) {
    throw new InvalidRequest('unable to sync; a connection keeps the sessionId of its first sync', [
      { path: 'sessionId', problem: 'is not the one of the first sync' },
    ])
  }
  return putSession(session)
}

/**
 * The session for which the connection has synced. One that has not, though `sync` is to be the first frame, is a
 * session of its own, and is written, so that a leave finds it. AP38, AP36.
 */
export async function sessionOf(connection: OwnConnection): Promise<SessionRow> {
  const { sessionKey } = (await getConnection(connection.connectionId)) ?? {}
  const session = { ...connection, sessionKey: sessionKey ?? connection.connectionId }
  if (sessionKey === undefined) await putSession(session)
  return session
}
