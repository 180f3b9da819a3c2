import { Entity, type EntityItem } from 'electrodb'
import { client, own, service, table } from './table.ts'

/**
 * Where the events of one client instance are posted: the connection that synced for it last. Key: UserId + SessionKey,
 * in the user's own partition, beside the user's rooms (`UserRoom`). Whoever adds the user to a room reads the sessions
 * after the room is written; a session is written before its user's rooms are read. So of a room and a session that are
 * made at once, at least one sees the other.
 *
 * - AP3 `sessionsOfUser`: where do this user's events go?
 * - AP36 `putSession`: to this connection from now on
 * - AP17 `endSession`: no longer, if it is still this connection
 */
export const Session = new Entity(
  {
    model: { entity: 'Session', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** The `sessionId` that the client gave, else the id of the connection. */
      sessionKey: { type: 'string', field: 'SessionKey', required: true },
      connectionId: { type: 'string', field: 'ConnectionId', required: true },
      /** Epoch milliseconds at which the `sync` began that put it here. */
      syncedAt: { type: 'number', field: 'SyncedAt' },
      /** Epoch seconds, as the Connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: own('user', ['userId'], ['sessionKey'], 'session') },
  },
  { table, client },
)

export type SessionRow = EntityItem<typeof Session>

/** A session, and the connection that has it. */
export type SessionConnection = Pick<SessionRow, 'userId' | 'sessionKey' | 'connectionId'>

/** AP3. Consistent; without those whose connection has ended. */
export async function sessionsOfUser(userId: string, now: number): Promise<SessionRow[]> {
  const { data } = await Session.query.user({ userId }).go({ consistent: true, pages: 'all' })
  return data.filter((session) => session.expiresAt * 1_000 > now)
}

/**
 * AP36. In place of the connection that the session had before, unless that one has synced later: a `sync` that is held
 * up must not take a session back from the connection that came after it.
 *
 * @returns the session as it is now, and the row that was there before, which may have expired
 */
export async function putSession(session: SessionRow): Promise<{ session: SessionRow; before: SessionRow | null }> {
  const { rejected, data: before } = await Session.put(session)
    .where((row, { notExists, lte }) => `${notExists(row.syncedAt)} OR ${lte(row.syncedAt, session.syncedAt ?? 0)}`)
    .go({ response: 'all_old', returnOnConditionCheckFailure: 'all_old' })
  return { session: rejected && before !== null ? before : session, before }
}

/** AP17. Nothing happens when a later connection has the session. */
export async function endSession({ userId, sessionKey, connectionId }: SessionConnection): Promise<void> {
  await Session.delete({ userId, sessionKey })
    .where((row, { eq }) => eq(row.connectionId, connectionId))
    .go({ returnOnConditionCheckFailure: true })
}
