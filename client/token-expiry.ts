/**
 * Returns when a JWT expires: its claim `exp` in epoch ms. `undefined` when the token can't be read or has no numeric
 * `exp`. Nothing is verified: that is the server's work.
 */
export function tokenExpiry(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}
