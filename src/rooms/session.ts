import { clearSessionKey, getConnection, keepSessionKey } from '../entities/connection.ts'
import { endSession, putSession, type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { optional, wholeNumber } from '../env.ts'
import { InvalidRequest, LimitReached } from '../errors.ts'
import { DEFAULT_MAX_USER_CONNECTIONS } from '../protocol/limits.ts'

/**
 * Open connections of a user to which events are posted. Each of them costs one post for each message in one of the
 * user's rooms.
 */
export const maxUserConnections =
  optional('MAX_USER_CONNECTIONS', wholeNumber({ from: 1, to: 10_000 })) ?? DEFAULT_MAX_USER_CONNECTIONS

/** A connection and its user. */
export interface OwnConnection {
  userId: string
  connectionId: string
  /** Epoch seconds. */
  expiresAt: number
  /** The session that its URL named when it was opened. It can't have another one. */
  sessionId?: string
  /** When it was opened, epoch milliseconds. */
  openedAt: number
}

/**
 * Posts the events of a session to this connection from now on, instead of to the session's earlier connection. AP35,
 * AP36, AP3, AP17, AP48.
 *
 * @param sessionId undefined for the session that the connection has synced for before, or named when it was opened; if
 *   there is neither, the connection becomes a session of its own
 * @param now when the `sync` began, in epoch milliseconds
 * @returns the session; it has another connection if that one has synced later
 * @throws InvalidRequest when the connection has synced for another session before
 * @throws LimitReached when the user has too many other connections
 */
export async function takeSession(
  { sessionId: named, openedAt: _, ...connection }: OwnConnection,
  sessionId: string | undefined,
  now: number,
): Promise<SessionRow> {
  const { connectionId } = connection
  // If the connection named a session when it was opened, `$connect` has noted it on the connection already.
  const sessionKey = named ?? (await keepSessionKey(connectionId, sessionId ?? connectionId))
  requireSame(sessionId, sessionKey)
  const session = { ...connection, sessionKey, syncedAt: now }
  try {
    return await putWithinCap(session, now)
  } catch (error) {
    if (error instanceof LimitReached && named === undefined) await clearSessionKey(connectionId)
    throw error
  }
}

/**
 * Returns the session for a page of `sync` that is not the first. It is the session of the first page, so the request
 * needn't name it. A connection that hasn't synced yet takes the session that the request names. AP38, AP35, AP36, AP3,
 * AP17, AP48.
 *
 * @throws InvalidRequest when the connection has synced for another session
 * @throws LimitReached when a session would be written and the user has too many other connections
 */
export async function sessionOfPage(own: OwnConnection, sessionId: string | undefined): Promise<SessionRow> {
  if (sessionId === undefined) return sessionOf(own)
  const sessionKey = own.sessionId ?? (await getConnection(own.connectionId))?.sessionKey
  if (sessionKey === undefined) return takeSession(own, sessionId, Date.now())
  requireSame(sessionId, sessionKey)
  return sessionOf(own)
}

function requireSame(sessionId: string | undefined, sessionKey: string): void {
  if (sessionId === undefined || sessionId === sessionKey) return
  throw new InvalidRequest('unable to sync; a connection keeps the sessionId of its first sync', [
    { path: 'sessionId', problem: 'is not the one of the first sync' },
  ])
}

/**
 * Returns the session for which a connection has synced. A connection that hasn't synced, although `sync` should be the
 * first frame, becomes a session of its own, which is written so that a leave finds it. If it named a session when it
 * was opened, it takes that one over, as if it had synced then. AP38, AP36, AP3, AP17.
 *
 * @throws LimitReached when a session would be written and the user has too many other connections
 */
export async function sessionOf({ sessionId: named, openedAt, ...connection }: OwnConnection): Promise<SessionRow> {
  const now = Date.now()
  if (named !== undefined) {
    const session = { ...connection, sessionKey: named }
    const isOurs = (await sessionsOfUser(connection.userId, now)).some(
      ({ sessionKey, connectionId }) => sessionKey === named && connectionId === connection.connectionId,
    )
    if (!isOurs) await putWithinCap({ ...session, syncedAt: openedAt }, now)
    return session
  }
  const { sessionKey } = (await getConnection(connection.connectionId)) ?? {}
  const session = { ...connection, sessionKey: sessionKey ?? connection.connectionId }
  if (sessionKey === undefined) await putWithinCap(session, now)
  return session
}

/**
 * Writes a session. If it is new and the user has too many, deletes it again. A session that existed may stay even if
 * the deployment has lowered the limit, and the others aren't read then. They are read after the write, because
 * sessions that are written at the same moment don't see each other before; the last one to be written sees all, so
 * there are never more than the limit. Among several at the same moment, one may be refused although there was a place.
 * AP36, AP3, AP17.
 */
async function putWithinCap(session: SessionRow, now: number): Promise<SessionRow> {
  const { session: put, before } = await putSession(session)
  const isNew = before === null || before.expiresAt * 1_000 <= now
  if (!isNew || (await sessionsOfUser(session.userId, now)).length <= maxUserConnections) return put
  await endSession(session)
  throw new LimitReached(`unable to listen on another connection; a user has ${maxUserConnections} at most`)
}
