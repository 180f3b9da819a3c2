import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  claimSend,
  type CompleteGuard,
  getGuard,
  type GuardKey,
  type GuardRow,
  isComplete,
  isSameContent,
} from '../entities/send-guard.ts'
import { Conflict, Unavailable } from '../errors.ts'

/**
 * How long a claim holds, in milliseconds. A try that has not ended by then has most likely crashed, because it needs
 * only two more requests.
 */
const CLAIM_MS = 2_000

/** The first and the longest wait between two looks at another try's claim, in milliseconds. */
const FIRST_LOOK_MS = 40
const MAX_LOOK_MS = 500

/** All waits of one try together, in milliseconds. The function has 10 s. */
const MAX_WAIT_MS = 6_000

/**
 * Chooses one of several tries of a send as the one that sends. This comes before a seq is drawn, so the other tries
 * leave no hole. AP41, AP23.
 *
 * A try that finds another's claim waits for the message. If none comes, it takes the claim over. If the other try is
 * merely slow, it can't keep its message any more.
 *
 * @param guard the guard as it was read
 * @returns the token of the claim, or the guard if the message has been kept
 * @throws Conflict when another try has other content
 * @throws Unavailable when other tries had the claim for too long
 */
export async function claimOrGuard(
  key: GuardKey,
  contentHash: string,
  guard: GuardRow | undefined,
): Promise<string | CompleteGuard> {
  const token = randomUUID()
  let pause = FIRST_LOOK_MS
  for (let waited = 0; waited < MAX_WAIT_MS;) {
    if (guard !== undefined) requireSameContent(guard, contentHash)
    if (guard !== undefined && isComplete(guard)) return guard
    if (guard === undefined || Date.now() - guard.claimedAt >= CLAIM_MS) {
      const outcome = await claimSend(key, { token, contentHash, claimedAt: Date.now() }, guard)
      if (outcome === 'claimed') return token
      guard = outcome
    } else {
      await sleep(pause)
      waited += pause
      pause = Math.min(2 * pause, MAX_LOOK_MS)
      guard = await getGuard(key)
    }
  }
  throw new Unavailable('unable to send; another try of the same message has not ended')
}

function requireSameContent(guard: GuardRow, contentHash: string): void {
  if (!isSameContent(guard, contentHash)) {
    throw new Conflict('unable to send; this clientMessageId was used with other content')
  }
}
