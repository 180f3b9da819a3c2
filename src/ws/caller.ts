import type { Actor } from '../rooms/admission.ts'
import type { OwnConnection } from '../rooms/session.ts'

/** Who acts: the user of the verified token, what it grants, and the connection that the request came on. */
export interface Caller extends Actor {
  connectionId: string
  /** TTL of the connection's rows, epoch seconds: the token's `exp`, or a margin after the connection's 2 h. */
  rowsExpireAt: number
}

/** The caller's connection, for the rows that must not outlive it. */
export const ownConnection = ({ userId, connectionId, rowsExpireAt }: Caller): OwnConnection => ({
  userId,
  connectionId,
  expiresAt: rowsExpireAt,
})
