import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { optional, wholeNumber } from '../env.ts'

/** How long the key server may take to respond, in milliseconds. */
const FETCH_MS = optional('JWKS_TIMEOUT_MS', wholeNumber({ from: 1, to: 60_000 })) ?? 3_000

/** A set older than this is fetched again, so a withdrawn key is accepted no longer than this. */
const FRESH_MS = 10 * 60 * 1_000

/** While the key server fails, the last good set may be used for this much longer. */
const STALE_MS = 24 * 60 * 60 * 1_000

/** The least time between two fetches, whatever tokens arrive. */
const COOLDOWN_MS = 10 * 1_000

/**
 * The least time between two fetches while there is no set, so that an instance started in an outage recovers quickly.
 */
const COLD_COOLDOWN_MS = 1_000

/**
 * The longest that a fetch for an unknown key holds an invocation, because anybody can name a key that does not exist.
 */
const UNKNOWN_KEY_MS = 1_000

/**
 * Returns the public keys at a URL (JWKS, RFC 7517), for `jwtVerify`.
 *
 * The keys are fetched again when they are older than ten minutes, or when a token names a key that is not among them.
 * There is one fetch at a time, and at most one every ten seconds, or every second while there are no keys. So no token
 * waits longer than one fetch, 3 s. During an outage of the key server, the last good set is used for up to a day.
 *
 * The returned function throws a `JOSEError` when the set has no key for a token, or several (see
 * `JWKSMultipleMatchingKeys`). It throws any other error when there is no usable set.
 */
export function keySet(url: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { timeoutDuration: FETCH_MS })
  let keys: JWTVerifyGetKey | undefined
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let fetching: Promise<void> | undefined
  const isYounger = (moment: number, age: number) => Date.now() < moment + age
  const isFresh = () => isYounger(fetchedAt, FRESH_MS)
  const isUsable = () => isYounger(fetchedAt, FRESH_MS + STALE_MS)
  const mayTry = () => fetching === undefined && !isYounger(triedAt, isUsable() ? COOLDOWN_MS : COLD_COOLDOWN_MS)

  async function fetchKeys(): Promise<void> {
    triedAt = Date.now()
    await remote.reload()
    keys = createLocalJWKSet(remote.jwks()!)
    fetchedAt = Date.now()
  }

  function fetchOnce(): Promise<void> {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  async function usableKeys(): Promise<JWTVerifyGetKey> {
    if (isFresh()) return keys!
    const stale = isUsable() ? keys : undefined
    if (stale !== undefined) {
      if (mayTry()) await fetchOnce().catch(() => {})
      return keys!
    }
    if (fetching === undefined && !mayTry()) {
      throw new Error('unable to verify tokens; the keys could not be fetched a moment ago')
    }
    await fetchOnce().catch((cause: unknown) => {
      throw new Error('unable to verify tokens; the keys could not be fetched', { cause })
    })
    return keys!
  }

  return async (header, token) => {
    const known = await usableKeys()
    try {
      return await known(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      // The key may have been published since the last fetch. If this fetch fails, the current set decides.
      if (mayTry()) await Promise.race([fetchOnce().catch(() => {}), sleep(UNKNOWN_KEY_MS)])
      if (!isFresh()) throw new Error('unable to verify the token; its key is not in the last set', { cause: error })
      return keys!(header, token)
    }
  }
}
