import { Entity } from 'electrodb'
import { client, service, table, verbatim } from './table.ts'

/**
 * A connection of a user, in the user's own partition, also one that has never synced: so that all of them can be
 * closed. Key: UserId + ConnectionId, stored once. Written before `$connect` lets the connection in. It stays when the
 * connection has ended, until TTL deletes it, because a write for each reconnect costs more than to find, when a user's
 * connections are closed, that some have ended.
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
      /** Epoch seconds, as the Connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: verbatim('partition', 'place') },
  },
  { table, client },
)

const PLACE = 'connection#'

/** The key of a user's row for a connection. */
export const userConnectionKey = ({ userId, connectionId }: { userId: string; connectionId: string }) => ({
  partition: `user#${userId}`,
  place: PLACE + connectionId,
})

/** AP79. The ids of those that haven't expired, consistent. */
export async function connectionsOfUser(userId: string, now: number): Promise<string[]> {
  const { partition } = userConnectionKey({ userId, connectionId: '' })
  const { data } = await UserConnection.query
    .user({ partition })
    .begins({ place: PLACE })
    .go({ consistent: true, pages: 'all' })
  return data.filter(({ expiresAt }) => expiresAt * 1_000 > now).map(({ place }) => place.slice(PLACE.length))
}
