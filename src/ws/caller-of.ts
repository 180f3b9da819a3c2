import { TokenExpired } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { CONNECTION_LIFETIME_MS } from '../protocol/limits.ts'
import type { Scope } from '../protocol/scopes.ts'
import type { SocketCaller } from './caller.ts'
import type { SocketEvent } from './socket-event.ts'

/** How much longer a connection's rows live than the connection, so that a wrong clock never deletes them too early. */
const MARGIN_MS = 10 * 60 * 1000

/**
 * Returns the caller of an event, from what the authorizer found at `$connect`.
 *
 * @throws TokenExpired after the token's `exp`, because API Gateway checks the token at `$connect` only
 */
export function callerOf(event: SocketEvent, now = Date.now()): SocketCaller {
  const { authorizer, connectionId, connectedAt } = event.requestContext
  const exp = Number(authorizer.exp)
  if (!(exp * 1_000 > now)) throw new TokenExpired('unable to act; the token has expired')
  const endOfLife = Math.ceil((connectedAt + CONNECTION_LIFETIME_MS + MARGIN_MS) / 1_000)
  return {
    userId: authorizer.userId,
    scopes: new Set(authorizer.scopes?.split(' ') as Scope[] | undefined),
    connectionId,
    ...defined({ sessionId: authorizer.sessionId }),
    claimed: defined({ name: authorizer.name, imageUrl: authorizer.imageUrl }),
    rowsExpireAt: Math.min(exp, endOfLife),
    openedAt: connectedAt,
  }
}
