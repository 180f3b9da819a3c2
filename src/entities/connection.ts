import { Entity, type EntityItem } from 'electrodb'
import { client, gsi1, primary, service, table } from './table.ts'

/**
 * A live WebSocket connection. Key: ConnectionId.
 *
 * - AP1 `putConnection`: remember a connection that `$connect` accepted
 * - AP2 `deleteConnection`: forget one that has ended
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
       * Epoch milliseconds of the frame that subscribed it last. Before the first one the connection may not be open
       * yet: a post would fail with 410, and the connection would be deleted although it is alive.
       */
      readyAt: { type: 'number', field: 'ReadyAt' },
      /** Epoch seconds, the table's TTL. API Gateway ends a connection after 2 h, and the token may end it sooner. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { connection: primary(['connectionId'], []), byUser: gsi1(['userId'], ['connectionId']) },
  },
  { table, client },
)

export type ConnectionRow = EntityItem<typeof Connection>

/** AP1. */
export async function putConnection(connection: ConnectionRow): Promise<void> {
  await Connection.put(connection).go()
}

/** AP2. No error when it doesn't exist: `$disconnect`, a 410 and TTL may each delete it. */
export async function deleteConnection(connectionId: string): Promise<void> {
  await Connection.delete({ connectionId }).go()
}

/** AP3. From the index, so a connection made a moment ago may be missing; its own `sync` subscribes it to the rooms. */
export async function connectionsOfUser(userId: string, now: number): Promise<ConnectionRow[]> {
  const { data } = await Connection.query.byUser({ userId }).go({ pages: 'all' })
  return data.filter((connection) => connection.expiresAt * 1_000 > now)
}

/** AP4. Does nothing when the connection has been deleted meanwhile. */
export async function setOpenRoom(connectionId: string, chatRoomId: string, now: number): Promise<void> {
  await Connection.patch({ connectionId }).set({ chatRoomId, readyAt: now }).go({ returnOnConditionCheckFailure: true })
}

/** AP35. Does nothing when the connection has been deleted meanwhile. */
export async function markReady(connectionId: string, now: number): Promise<void> {
  await Connection.patch({ connectionId }).set({ readyAt: now }).go({ returnOnConditionCheckFailure: true })
}

/**
 * AP36. A connection that the index doesn't show as ready is read again from the table: its `sync` may just have begun,
 * and the index may be a moment behind.
 */
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
