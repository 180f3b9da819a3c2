import { putConnection } from '../../src/entities/connection.ts'
import { defined } from '../../src/protocol/defined.ts'

const rowsExpireAt = Math.ceil(Date.now() / 1_000) + 3_600

/** Returns a user without a connection, as an action receives them. */
export const callerOf = (userId: string) => ({ userId, scopes: new Set<never>() })

/** Returns a user on a connection, as an action receives them. */
export const callerOn = (userId: string, connectionId: string, sessionId?: string) => ({
  ...callerOf(userId),
  connectionId,
  rowsExpireAt,
  openedAt: 0,
  ...defined({ sessionId }),
})

/** Writes the row of a connection, as `$connect` does. */
export const connect = (userId: string, connectionId: string) =>
  putConnection({ connectionId, userId, lastConnectedAt: Date.now(), expiresAt: rowsExpireAt })
