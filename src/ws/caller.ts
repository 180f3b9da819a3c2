import { CONNECTION_LIFETIME_MS } from '../protocol/limits.ts'
import { TokenExpired } from '../errors.ts'
import type { SocketEvent } from './socket-event.ts'

/** Who speaks, by the verified token alone, and on which connection. */
export interface Caller {
  userId: string
  connectionId: string
  /** Epoch seconds when the connection's rows may go: its token's `exp`, or the end of its 2 h and a margin. */
  rowsExpireAt: number
}

/** A connection's rows outlive the connection by this much, so that a clock that is off evicts nobody. */
const MARGIN_MS = 10 * 60 * 1000

/** @throws TokenExpired once the token's `exp` has passed: API Gateway never looks at it again after `$connect`. */
export function callerOf(event: SocketEvent, now = Date.now()): Caller {
  const { authorizer, connectionId, connectedAt } = event.requestContext
  const exp = Number(authorizer.exp)
  if (!(exp * 1_000 > now)) throw new TokenExpired('unable to act; the token has expired')
  const endOfLife = Math.ceil((connectedAt + CONNECTION_LIFETIME_MS + MARGIN_MS) / 1_000)
  return { userId: authorizer.userId, connectionId, rowsExpireAt: Math.min(exp, endOfLife) }
}
