import { TokenExpired } from '../errors.ts'
import { MAX_USER_ID_CHARS } from '../protocol/limits.ts'
import type { Scope } from '../protocol/scopes.ts'
import type { ServerEvent } from './server-event.ts'

/** The sender of a request to the server API. */
export interface Sender {
  /** The token's `sub`, or the AWS principal, such as `assumed-role/shop`. */
  sub: string
  scopes: ReadonlySet<Scope>
}

/**
 * Returns the sender of a request, from what API Gateway's authorizer found when it last checked the token.
 *
 * @throws TokenExpired after the token's `exp`, because API Gateway caches the authorizer's result for minutes
 */
export function senderOf({ requestContext: { authorizer } }: ServerEvent, now = Date.now()): Sender {
  if ('iam' in authorizer) return { sub: principalOf(authorizer.iam.userArn), scopes: new Set(['server']) }
  const { sub, exp, scopes } = authorizer.lambda
  if (!(Number(exp) * 1_000 > now)) throw new TokenExpired('unable to act; the token has expired')
  return { sub, scopes: new Set(scopes.split(' ') as Scope[]) }
}

/**
 * Returns the part of an ARN after the account, without the session name of a role, which changes at every start.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
function principalOf(arn: string): string {
  const [kind = '', name = '', ...rest] = arn.split(':').slice(5).join(':').split('/')
  const parts = kind === 'assumed-role' ? [kind, name] : [kind, name, ...rest]
  return parts.join('/').slice(0, MAX_USER_ID_CHARS)
}
