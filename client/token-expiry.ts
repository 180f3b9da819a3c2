/**
 * Returns when a JWT expires: its claim `exp`, in epoch milliseconds. Returns `undefined` if the token can't be decoded
 * or has no numeric `exp`. Doesn't verify the token; the server does that.
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
