import { Entity } from 'electrodb'
import { client, gsi1, primary, service, table } from './table.ts'

/**
 * A live WebSocket connection. Key: ConnectionId.
 *
 * - AP1 `putConnection`: remember a connection that `$connect` accepted
 * - AP2 `deleteConnection`: forget one that has gone
 * - AP3 `connectionsOfUser`: which connections has this user?
 * - AP4 `setOpenRoom`: which room did it join last?
 * - AP35 `markReady`: may it be posted to?
 * - AP36 `readyConnectionsOfUser`: which of this user's connections may be posted to?
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
      /**
       * Epoch milliseconds of the frame that first subscribed it. Before that it may not even be open: a post would be
       * answered 410, and a living connection would be forgotten.
       */
      readyAt: { type: 'number', field: 'ReadyAt' },
      /** Epoch seconds, the table's TTL: API Gateway ends a connection after 2 h, and the token may end it sooner. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { connection: primary(['connectionId'], []), byUser: gsi1(['userId'], ['connectionId']) },
  },
  { table, client },
)

export interface ConnectionRow {
  connectionId: string
  userId: string
  chatRoomId?: string
  lastConnectedAt: number
  readyAt?: number
  expiresAt: number
}

/** AP1. */
export async function putConnection(connection: ConnectionRow): Promise<void> {
  await Connection.put(connection).go()
}

/** AP2. Deleting what isn't there is no error: `$disconnect`, a 410 and TTL may all come to it. */
export async function deleteConnection(connectionId: string): Promise<void> {
  await Connection.delete({ connectionId }).go()
}

/** AP3. From the index, so a connection made a moment ago may be missing; its `sync` finds the rooms itself. */
export async function connectionsOfUser(userId: string, now: number): Promise<ConnectionRow[]> {
  const { data } = await Connection.query.byUser({ userId }).go({ pages: 'all' })
  return data.filter((connection) => connection.expiresAt * 1_000 > now)
}

/** AP4. A connection that has gone meanwhile stays gone. */
export async function setOpenRoom(connectionId: string, chatRoomId: string): Promise<void> {
  await Connection.patch({ connectionId })
    .set({ chatRoomId, readyAt: Date.now() })
    .go({ returnOnConditionCheckFailure: true })
}

/** AP35. */
export async function markReady(connectionId: string): Promise<void> {
  await Connection.patch({ connectionId }).set({ readyAt: Date.now() }).go({ returnOnConditionCheckFailure: true })
}

/** AP36. Those that the index doesn't show as ready are asked again where nothing lags: their `sync` may just have begun. */
export async function readyConnectionsOfUser(userId: string, now: number): Promise<ConnectionRow[]> {
  const connections = await connectionsOfUser(userId, now)
  const current = await Promise.all(
    connections.map(async (listed) => {
      if (listed.readyAt !== undefined) return listed
      const { connectionId } = listed
      const { data } = await Connection.get({ connectionId }).go({ consistent: true })
      return data ?? undefined
    }),
  )
  return current.filter((connection) => connection?.readyAt !== undefined) as ConnectionRow[]
}
