import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { optional, wholeNumber } from '../env.ts'

/** Milliseconds that the key server has for a response. */
const FETCH_MS = optional('JWKS_TIMEOUT_MS', wholeNumber({ from: 1, to: 60_000 })) ?? 3_000

/** So old may a set be before it is fetched again: a key that was withdrawn is accepted no longer than this … */
const FRESH_MS = 10 * 60 * 1_000

/** … unless the key server fails: then the last good set is used so much longer. */
const STALE_MS = 24 * 60 * 60 * 1_000

/** Between two fetches, whatever tokens come in … */
const COOLDOWN_MS = 10 * 1_000

/** … and while there is no set at all, so that an instance which starts in an outage goes on soon after it. */
const COLD_COOLDOWN_MS = 1_000

/** Anybody can name a key that doesn't exist: a fetch for its sake holds an invocation no longer than this. */
const UNKNOWN_KEY_MS = 1_000

/**
 * The public keys at a URL (JWKS, RFC 7517), for `jwtVerify`. They are fetched again when they are older than ten
 * minutes, or when a token names one that isn't among them, one fetch at a time and at most every ten seconds, also
 * while they fail; every second as long as there are none. So no token takes longer than one fetch, 3 s. An outage of
 * the key server locks nobody out for a day: the last good set is used meanwhile.
 *
 * The returned function throws a `JOSEError` when the set has no key for a token, or several (see
 * `JWKSMultipleMatchingKeys`), and any other error when there is no usable set.
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
      // The key may have been published since. If the fetch fails, the set that there is decides.
      if (mayTry()) await Promise.race([fetchOnce().catch(() => {}), sleep(UNKNOWN_KEY_MS)])
      if (!isFresh()) throw new Error('unable to verify the token; its key is not in the last set', { cause: error })
      return keys!(header, token)
    }
  }
}
