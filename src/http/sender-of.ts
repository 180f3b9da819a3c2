import { TokenExpired } from '../errors.ts'
import type { Scope } from '../protocol/scopes.ts'
import type { ServerEvent } from './server-event.ts'

/** Who sent a request to the server API. */
export interface Sender {
  /** The token's `sub`. */
  sub: string
  scopes: ReadonlySet<Scope>
}

/**
 * The sender of a request, from what the authorizer found when it last looked at the token.
 *
 * @throws TokenExpired after the token's `exp`: API Gateway keeps the authorizer's answer for minutes
 */
export function senderOf({ requestContext }: ServerEvent, now = Date.now()): Sender {
  const { sub, exp, scopes } = requestContext.authorizer.lambda
  if (!(Number(exp) * 1_000 > now)) throw new TokenExpired('unable to act; the token has expired')
  return { sub, scopes: new Set(scopes.split(' ') as Scope[]) }
}
