import { Entity } from 'electrodb'
import { client, service, table, verbatim } from './table.ts'

/**
 * A connection of a user, in the user's own partition, by which all connections of a user can be found and closed, even
 * those that have never synced. Key: UserId + ConnectionId, stored once. It is written before `$connect` lets the
 * connection in. It stays when the connection has ended, until TTL deletes it: a delete for each reconnect would cost
 * more than the useless attempts when all connections of a user are closed.
 *
 * - AP79 `connectionsOfUser`: which connections does this user have?
 */
export const UserConnection = new Entity(
  {
    model: { entity: 'UserConnection', version: '1', service },
    attributes: {
      /** `user#<userId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `connection#<connectionId>` */
      place: { type: 'string', field: 'sk', required: true },
      /** Epoch seconds, the table's TTL: the connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: verbatim('partition', 'place') },
  },
  { table, client },
)

const PLACE = 'connection#'

/** Returns the key of a user's row for a connection. */
export const userConnectionKey = ({ userId, connectionId }: { userId: string; connectionId: string }) => ({
  partition: `user#${userId}`,
  place: PLACE + connectionId,
})

/** AP79. Returns the ids of a user's connections that haven't expired. Some may have ended. Strongly consistent. */
export async function connectionsOfUser(userId: string, now: number): Promise<string[]> {
  const { partition } = userConnectionKey({ userId, connectionId: '' })
  const { data } = await UserConnection.query
    .user({ partition })
    .begins({ place: PLACE })
    .go({ consistent: true, pages: 'all' })
  return data.filter(({ expiresAt }) => expiresAt * 1_000 > now).map(({ place }) => place.slice(PLACE.length))
}
