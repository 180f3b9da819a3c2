import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, primary, service, table } from './table.ts'
import { untilProcessed } from './until-processed.ts'
import { UserConnection, userConnectionKey } from './user-connection.ts'

/**
 * A live WebSocket connection. Key: ConnectionId.
 *
 * - AP1 `putConnection`: remember a connection that `$connect` accepted
 * - AP2 `deleteConnection`: forget one that has ended
 * - AP4 `setOpenRoom`: which room did it join last?
 * - AP35 `keepSessionKey`: for which session has it synced?
 * - AP38 `getConnection`: the same, asked
 * - AP48 `clearSessionKey`: for none after all
 * - AP81 `requestClose`: it is to be closed, and is there
 * - AP140 `holdPresence`: may it be present in this room as well?
 * - AP141 `releasePresence`: no longer, and was it?
 * - AP142 `areOpen`: which of these are there?
 */
export const Connection = new Entity(
  {
    model: { entity: 'Connection', version: '1', service },
    attributes: {
      connectionId: { type: 'string', field: 'ConnectionId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      /** The room it opened or joined last. */
      chatRoomId: { type: 'string', field: 'ChatRoomId' },
      /** Epoch milliseconds. */
      lastConnectedAt: { type: 'number', field: 'LastConnectedAt', required: true },
      /** Since its first `sync`, or since it was opened when its URL named one: see `Session`. */
      sessionKey: { type: 'string', field: 'SessionKey' },
      /** Ids of the rooms in which it is present (`Present`): those end with it. */
      presentIn: { type: 'set', items: 'string', field: 'PresentIn' },
      /** Epoch milliseconds at which a backend asked for its end: the stream function says goodbye and closes it. */
      closeRequested: { type: 'number', field: 'CloseRequested' },
      /** What the user is told. */
      closeReason: { type: 'string', field: 'CloseReason' },
      /** Epoch seconds, the table's TTL. API Gateway ends a connection after 2 h, and the token may end it sooner. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { connection: primary(['connectionId'], []) },
  },
  { table, client },
)

export type ConnectionRow = EntityItem<typeof Connection>

/** AP1. Among the user's own too, so that it is found when all of them are to be closed. */
export async function putConnection(connection: ConnectionRow): Promise<void> {
  const { expiresAt } = connection
  await Promise.all([
    UserConnection.put({ ...userConnectionKey(connection), expiresAt }).go(),
    Connection.put(connection).go(),
  ])
}

/** AP2. No error when it doesn't exist: `$disconnect`, a 410 and TTL may each delete it. */
export async function deleteConnection(connectionId: string): Promise<void> {
  await Connection.delete({ connectionId }).go()
}

/** AP4. Does nothing when the connection has been deleted meanwhile. */
export async function setOpenRoom(connectionId: string, chatRoomId: string): Promise<void> {
  await Connection.patch({ connectionId }).set({ chatRoomId }).go({ returnOnConditionCheckFailure: true })
}

/**
 * AP35. Once a connection has a session it keeps it.
 *
 * @returns the one that it has; this one also when the connection has been deleted meanwhile
 */
export async function keepSessionKey(connectionId: string, sessionKey: string): Promise<string> {
  const { rejected, data } = await Connection.patch({ connectionId })
    .set({ sessionKey })
    .where((row, { eq, notExists }) => `${notExists(row.sessionKey)} OR ${eq(row.sessionKey, sessionKey)}`)
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return (rejected && (data as Partial<ConnectionRow> | null)?.sessionKey) || sessionKey
}

/** AP48. Does nothing when the connection has been deleted meanwhile. */
export async function clearSessionKey(connectionId: string): Promise<void> {
  await Connection.patch({ connectionId }).remove(['sessionKey']).go({ returnOnConditionCheckFailure: true })
}

/** AP38. Consistent; undefined when it has been deleted. */
export async function getConnection(connectionId: string): Promise<ConnectionRow | undefined> {
  const { data } = await Connection.get({ connectionId }).go({ consistent: true })
  return data ?? undefined
}

/** AP81. Returns false when it has been deleted. */
export async function requestClose(connectionId: string, reason: string | undefined, now: number): Promise<boolean> {
  const { rejected } = await Connection.patch({ connectionId })
    .set({ closeRequested: now, ...defined({ closeReason: reason }) })
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP140. Noted here before it is there, so that the end of the connection is the end of it, whatever happens between.
 *
 * @returns the connection; `gone` when it has been deleted, `full` when it is present in as many rooms as it may
 */
export async function holdPresence(
  { connectionId, chatRoomId }: { connectionId: string; chatRoomId: string },
  maxRooms: number,
): Promise<ConnectionRow | 'gone' | 'full'> {
  const { rejected, data } = await Connection.patch({ connectionId })
    .add({ presentIn: [chatRoomId] })
    .where(
      ({ presentIn, expiresAt }, { exists, notExists, contains, size, value }) =>
        // `expiresAt` is a number, and lends its type to the value.
        `${exists(expiresAt)} AND (${notExists(presentIn)} OR ${contains(presentIn, chatRoomId)} OR ` +
        `${size(presentIn)} < ${value(expiresAt, maxRooms)})`,
    )
    .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' })
  if (!rejected) return data
  return data === null ? 'gone' : 'full'
}

/** AP141. @returns whether the room was among them; false when the connection has been deleted, too */
export async function releasePresence(connectionId: string, chatRoomId: string): Promise<boolean> {
  const { rejected } = await Connection.patch({ connectionId })
    .delete({ presentIn: [chatRoomId] })
    .where(({ presentIn }, { contains }) => contains(presentIn, chatRoomId))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP142. Of connections that have ended some may still be among them, as long as nobody has noticed. */
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
