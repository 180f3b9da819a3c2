/** The token's `exp` as epoch ms; nothing for a token that can't be read, which the server then judges. */
export function expiryOf(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}

/** Before its end, a connection is replaced this early, in ms; of a shorter life, a fifth. */
const MARGIN_MS = 60_000
/** Up to so much earlier, in ms, so that clients that came together aren't renewed together. */
const SPREAD_MS = 240_000
/** A token that has as good as expired isn't asked for more often than this, in ms. */
const LEAST_MS = 1_000

/** In how many ms a connection is to be replaced that ends by itself in `lifeMs`. */
export function renewalMs(lifeMs: number, random: () => number): number {
  const margin = Math.min(MARGIN_MS, lifeMs / 5)
  return Math.max(LEAST_MS, lifeMs - margin - random() * Math.min(SPREAD_MS, lifeMs / 5))
}
