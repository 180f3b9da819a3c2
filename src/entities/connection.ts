import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, primary, service, table } from './table.ts'
import { untilProcessed } from './until-processed.ts'
import { UserConnection, userConnectionKey } from './user-connection.ts'

/**
 * A live WebSocket connection. Key: ConnectionId.
 *
 * - AP1 `putConnection`: remember a connection that `$connect` accepted
 * - AP2 `deleteConnection`: forget a connection that has ended
 * - AP4 `setOpenRoom`: note the room that it joined last
 * - AP35 `keepSessionKey`: note the session that it has synced for
 * - AP38 `getConnection`: which session has it synced for, and in which rooms is it present?
 * - AP48 `clearSessionKey`: forget its session
 * - AP81 `requestClose`: ask for its end
 * - AP140 `holdPresence`: may it be present in this room as well?
 * - AP141 `releasePresence`: note that it is no longer present in a room
 * - AP142 `areOpen`: which of these connections are open?
 */
export const Connection = new Entity(
  {
    model: { entity: 'Connection', version: '1', service },
    attributes: {
      connectionId: { type: 'string', field: 'ConnectionId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      /** The room that it opened or joined last. */
      chatRoomId: { type: 'string', field: 'ChatRoomId' },
      /** Epoch milliseconds. */
      lastConnectedAt: { type: 'number', field: 'LastConnectedAt', required: true },
      /** The key of its `Session`. Set by `$connect` if the URL names a session, otherwise by the first `sync`. */
      sessionKey: { type: 'string', field: 'SessionKey' },
      /** Ids of the rooms in which it is present (`Present`). These presences end with the connection. */
      presentIn: { type: 'set', items: 'string', field: 'PresentIn' },
      /**
       * Epoch milliseconds at which a backend asked for its end. The stream function then says goodbye and closes it.
       */
      closeRequested: { type: 'number', field: 'CloseRequested' },
      /** The reason that the client receives. */
      closeReason: { type: 'string', field: 'CloseReason' },
      /**
       * Epoch seconds, the table's TTL. API Gateway ends a connection after 2 hours; it may end earlier, with its
       * token.
       */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { connection: primary(['connectionId'], []) },
  },
  { table, client },
)

export type ConnectionRow = EntityItem<typeof Connection>

/**
 * AP1. Writes the connection, and a `UserConnection` by which it is found when all of a user's connections are closed.
 */
export async function putConnection(connection: ConnectionRow): Promise<void> {
  const { expiresAt } = connection
  await Promise.all([
    UserConnection.put({ ...userConnectionKey(connection), expiresAt }).go(),
    Connection.put(connection).go(),
  ])
}

/** AP2. Deletes a connection. No error if it doesn't exist: `$disconnect`, a 410 and TTL may each delete it. */
export async function deleteConnection(connectionId: string): Promise<void> {
  await Connection.delete({ connectionId }).go()
}

/** AP4. Notes the room that a connection joined last. Does nothing if the connection has been deleted. */
export async function setOpenRoom(connectionId: string, chatRoomId: string): Promise<void> {
  await Connection.patch({ connectionId }).set({ chatRoomId }).go({ returnOnConditionCheckFailure: true })
}

/**
 * AP35. Notes the session of a connection. A connection that has a session keeps it.
 *
 * @returns the connection's session; `sessionKey` also when the connection has been deleted
 */
export async function keepSessionKey(connectionId: string, sessionKey: string): Promise<string> {
  const { rejected, data } = await Connection.patch({ connectionId })
    .set({ sessionKey })
    .where((row, { eq, notExists }) => `${notExists(row.sessionKey)} OR ${eq(row.sessionKey, sessionKey)}`)
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return (rejected && (data as Partial<ConnectionRow> | null)?.sessionKey) || sessionKey
}

/** AP48. Takes the session away from a connection. Does nothing if the connection has been deleted. */
export async function clearSessionKey(connectionId: string): Promise<void> {
  await Connection.patch({ connectionId }).remove(['sessionKey']).go({ returnOnConditionCheckFailure: true })
}

/** AP38. Returns a connection, or undefined if it has been deleted. Strongly consistent. */
export async function getConnection(connectionId: string): Promise<ConnectionRow | undefined> {
  const { data } = await Connection.get({ connectionId }).go({ consistent: true })
  return data ?? undefined
}

/** AP81. Asks the stream function to close a connection. Returns false if the connection has been deleted. */
export async function requestClose(connectionId: string, reason: string | undefined, now: number): Promise<boolean> {
  const { rejected } = await Connection.patch({ connectionId })
    .set({ closeRequested: now, ...defined({ closeReason: reason }) })
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP140. Notes on the connection that it is present in a room. This is written before the `Present`, so the end of the
 * connection always ends the presence.
 *
 * @returns the connection; `gone` if it has been deleted; `full` if it is present in `maxRooms` other rooms
 */
export async function holdPresence(
  { connectionId, chatRoomId }: { connectionId: string; chatRoomId: string },
  maxRooms: number,
): Promise<ConnectionRow | 'gone' | 'full'> {
  const { rejected, data } = await Connection.patch({ connectionId })
    .add({ presentIn: [chatRoomId] })
    .where(
      ({ presentIn, expiresAt }, { exists, notExists, contains, size, value }) =>
        // `value` takes the type of its attribute. `expiresAt` is named because it is a number.
        `${exists(expiresAt)} AND (${notExists(presentIn)} OR ${contains(presentIn, chatRoomId)} OR ` +
        `${size(presentIn)} < ${value(expiresAt, maxRooms)})`,
    )
    .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' })
  if (!rejected) return data
  return data === null ? 'gone' : 'full'
}

/**
 * AP141. Takes a room out of those in which a connection is present. Returns false if the room wasn't among them, or
 * the connection has been deleted.
 */
export async function releasePresence(connectionId: string, chatRoomId: string): Promise<boolean> {
  const { rejected } = await Connection.patch({ connectionId })
    .delete({ presentIn: [chatRoomId] })
    .where(({ presentIn }, { contains }) => contains(presentIn, chatRoomId))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP142. Returns those of these connections that are open. Eventually consistent. A connection that has ended stays
 * among them until its `$disconnect`, a 410 or TTL has deleted it.
 */
export async function areOpen(connectionIds: readonly string[]): Promise<Set<string>> {
  const open = new Set<string>()
  await untilProcessed(connectionIds, async (left) => {
    const { data, unprocessed } = await Connection.get(left.map((connectionId) => ({ connectionId }))).go({
      concurrent: 4,
    })
    for (const { connectionId } of data) open.add(connectionId)
    return { unprocessed: unprocessed.map(({ connectionId }) => connectionId) }
  })
  return open
}
