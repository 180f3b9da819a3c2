/** What a token's `scope` may have, each with `tabletalk:` before it. */
const scopes = {
  admin: 'an owner everywhere but in direct rooms, without being a member',
  guest: 'never above `guest`, makes neither rooms nor direct rooms',
  rooms: 'may make rooms where the deployment leaves that to a scope',
  server: 'may do everything, over HTTP only',
} as const

export type Scope = keyof typeof scopes

const PREFIX = 'tabletalk:'

/**
 * The scopes that a token grants here: `scope` is space-separated (RFC 8693 §4.2), or `scp` is that or an array, as
 * some issuers write it. Any other scope is somebody else's.
 */
export function scopesOf(claims: { [claim: string]: unknown }): Set<Scope> {
  const { scope, scp } = claims
  const named: unknown = typeof scope === 'string' ? scope : scp
  const given: unknown[] = typeof named === 'string' ? named.split(' ') : Array.isArray(named) ? named : []
  return new Set(
    given.flatMap((name): Scope[] => {
      const scope = typeof name === 'string' && name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
      return Object.hasOwn(scopes, scope) ? [scope as Scope] : []
    }),
  )
}
