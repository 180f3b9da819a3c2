import { Entity, type EntityItem } from 'electrodb'
import { client, own, service, table } from './table.ts'

/**
 * Where the events of one client instance are posted: to the connection that synced for it last. Key: UserId +
 * SessionKey, in the user's own partition, beside the user's rooms (`UserRoom`). Whoever adds the user to a room writes
 * the room first and then reads the sessions; whoever makes a session writes it first and then reads the rooms. So if a
 * room and a session are made at the same time, at least one of the two sees the other.
 *
 * - AP3 `sessionsOfUser`: where are this user's events posted?
 * - AP36 `putSession`: post the events of this session to this connection
 * - AP17 `endSession`: end this session, if it still has this connection
 */
export const Session = new Entity(
  {
    model: { entity: 'Session', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** The `sessionId` that the client gave, otherwise the id of the connection. */
      sessionKey: { type: 'string', field: 'SessionKey', required: true },
      connectionId: { type: 'string', field: 'ConnectionId', required: true },
      /** When the `sync` that wrote this row began, epoch milliseconds. */
      syncedAt: { type: 'number', field: 'SyncedAt' },
      /** Epoch seconds, the table's TTL: the connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: own('user', ['userId'], ['sessionKey'], 'session') },
  },
  { table, client },
)

export type SessionRow = EntityItem<typeof Session>

/** A session, and the connection that has it. */
export type SessionConnection = Pick<SessionRow, 'userId' | 'sessionKey' | 'connectionId'>

/** AP3. Returns a user's sessions, without those whose connection has expired. Strongly consistent. */
export async function sessionsOfUser(userId: string, now: number): Promise<SessionRow[]> {
  const { data } = await Session.query.user({ userId }).go({ consistent: true, pages: 'all' })
  return data.filter((session) => session.expiresAt * 1_000 > now)
}

/**
 * AP36. Gives a session to a connection, unless another one has synced for it later: a delayed `sync` must not take the
 * session back from the connection that came after it.
 *
 * @returns `session`: the session as it is now; `before`: the row that was there before, which may have expired
 */
export async function putSession(session: SessionRow): Promise<{ session: SessionRow; before: SessionRow | null }> {
  const { rejected, data: before } = await Session.put(session)
    .where((row, { notExists, lte }) => `${notExists(row.syncedAt)} OR ${lte(row.syncedAt, session.syncedAt ?? 0)}`)
    .go({ response: 'all_old', returnOnConditionCheckFailure: 'all_old' })
  return { session: rejected && before !== null ? before : session, before }
}

/** AP17. Deletes a session. Does nothing if it has another connection by now. */
export async function endSession({ userId, sessionKey, connectionId }: SessionConnection): Promise<void> {
  await Session.delete({ userId, sessionKey })
    .where((row, { eq }) => eq(row.connectionId, connectionId))
    .go({ returnOnConditionCheckFailure: true })
}
