/** The scopes that a token's `scope` may grant, each prefixed with `tabletalk:`. */
const scopes = {
  admin: 'an owner everywhere but in direct rooms, without being a member',
  guest: 'never above `guest`, makes neither rooms nor direct rooms',
  rooms: 'may make rooms where the deployment leaves that to a scope',
  server: 'may do everything, over HTTP only',
} as const

export type Scope = keyof typeof scopes

const PREFIX = 'tabletalk:'

/**
 * Returns the scopes that a token grants here. `scope` is a space-separated list (RFC 8693 §4.2). Some issuers use
 * `scp` instead, as a list or an array. Scopes without the prefix belong to other applications and are ignored.
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
