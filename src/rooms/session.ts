import { clearSessionKey, getConnection, keepSessionKey } from '../entities/connection.ts'
import { endSession, putSession, type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { optional, wholeNumber } from '../env.ts'
import { InvalidRequest, LimitReached } from '../errors.ts'
import { DEFAULT_MAX_USER_CONNECTIONS } from '../protocol/limits.ts'

/**
 * Live connections of a user that events are posted to: each message to one of the user's rooms costs a post for each.
 */
export const maxUserConnections =
  optional('MAX_USER_CONNECTIONS', wholeNumber({ from: 1, to: 10_000 })) ?? DEFAULT_MAX_USER_CONNECTIONS

/** A connection and whose it is. */
export interface OwnConnection {
  userId: string
  connectionId: string
  /** Epoch seconds. */
  expiresAt: number
  /** The session that it named when it was opened: it has no other. */
  sessionId?: string
  /** When it was opened, epoch milliseconds. */
  openedAt: number
}

/**
 * Posts the events of a session to this connection from now on, instead of the one that the session had. AP35, AP36,
 * AP3, AP17, AP48.
 *
 * @param sessionId without it, the one that the connection has synced for before, or named when it was opened; else it
 *   is a session of its own
 * @param now when the `sync` began, in epoch milliseconds
 * @returns the session; it names another connection when that one has synced later
 * @throws InvalidRequest when the connection has synced for another session before
 * @throws LimitReached when the user has too many others
 */
export async function takeSession(
  { sessionId: named, openedAt: _, ...connection }: OwnConnection,
  sessionId: string | undefined,
  now: number,
): Promise<SessionRow> {
  const { connectionId } = connection
  // Of one that was named, `$connect` has written it beside the connection.
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
 * The session of a page of `sync` that is not the first: it belongs to the first one's, and need not name it. Of a
 * connection that has not synced yet it takes the session that it names. AP38, AP35, AP36, AP3, AP17, AP48.
 *
 * @throws InvalidRequest when the connection has synced for another session
 * @throws LimitReached when it would be written and the user has too many others
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
 * The session for which the connection has synced. One that has not, though `sync` is to be the first frame, is a
 * session of its own, and is written, so that a leave finds it; or it takes over the one that it named when it was
 * opened, as if it had synced then. AP38, AP36, AP3, AP17.
 *
 * @throws LimitReached when it would be written and the user has too many others
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
 * Writes a session, and takes a new one back when the user has too many. One that was there goes on, also when the
 * deployment has lowered the cap, and the others aren't read. They are read after the write, because many of one moment
 * don't see each other before: the last to be written sees all, so there are never more than the cap. Of those some may
 * be refused for which there would have been a place. AP36, AP3, AP17.
 */
async function putWithinCap(session: SessionRow, now: number): Promise<SessionRow> {
  const { session: put, before } = await putSession(session)
  const isNew = before === null || before.expiresAt * 1_000 <= now
  if (!isNew || (await sessionsOfUser(session.userId, now)).length <= maxUserConnections) return put
  await endSession(session)
  throw new LimitReached(`unable to listen on another connection; a user has ${maxUserConnections} at most`)
}
