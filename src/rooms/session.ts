import { clearSessionKey, getConnection, setSessionKey } from '../entities/connection.ts'
import { putSession, type SessionRow, sessionsOfUser } from '../entities/session.ts'
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
}

/**
 * Posts the events of a session to this connection from now on, instead of the one that the session had. AP35,
 * AP3, AP48, AP36.
 *
 * @param sessionId without it, the connection is a session of its own
 * @param now when the `sync` began, in epoch milliseconds
 * @returns the session; it names another connection when that one has synced later
 * @throws InvalidRequest when the connection has synced for another session before
 * @throws LimitReached when the user has too many others
 */
export async function takeSession(
  connection: OwnConnection,
  sessionId: string | undefined,
  now: number,
): Promise<SessionRow> {
  const session = { ...connection, sessionKey: sessionId ?? connection.connectionId, syncedAt: now }
  const [isOwn, hasPlace] = await Promise.all([
    setSessionKey(connection.connectionId, session.sessionKey),
    hasPlaceForSession(session, now),
  ])
  if (isOwn && !hasPlace) {
    await clearSessionKey(connection.connectionId)
    throw noPlace()
  }
  if (!isOwn) {
    throw new InvalidRequest('unable to sync; a connection keeps the sessionId of its first sync', [
      { path: 'sessionId', problem: 'is not the one of the first sync' },
    ])
  }
  return putSession(session)
}

/**
 * The session for which the connection has synced. One that has not, though `sync` is to be the first frame, is a
 * session of its own, and is written, so that a leave finds it. AP38, AP3, AP36.
 *
 * @throws LimitReached when it would be written and the user has too many others
 */
export async function sessionOf(connection: OwnConnection): Promise<SessionRow> {
  const { sessionKey } = (await getConnection(connection.connectionId)) ?? {}
  const session = { ...connection, sessionKey: sessionKey ?? connection.connectionId }
  if (sessionKey === undefined) {
    if (!(await hasPlaceForSession(session, Date.now()))) throw noPlace()
    await putSession(session)
  }
  return session
}

/** One that is there goes on, also when the deployment has lowered the cap. */
async function hasPlaceForSession({ userId, sessionKey }: SessionRow, now: number): Promise<boolean> {
  const sessions = await sessionsOfUser(userId, now)
  return sessions.length < maxUserConnections || sessions.some((session) => session.sessionKey === sessionKey)
}

const noPlace = () =>
  new LimitReached(`unable to listen on another connection; a user has ${maxUserConnections} at most`)
