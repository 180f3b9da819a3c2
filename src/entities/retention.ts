import { optional, wholeNumber } from '../env.ts'
import { MAX_RETENTION_DAYS } from '../protocol/limits.ts'

/** Days that this deployment keeps messages, or undefined if it keeps them forever. */
export const deploymentRetentionDays = optional('RETENTION_DAYS', wholeNumber({ from: 1, to: MAX_RETENTION_DAYS }))

/** A room's own choice. */
interface Chosen {
  retentionDays?: number | undefined
  /** Whether a backend has chosen it. The choice then holds even if it is longer than the deployment's value. */
  retentionByServer?: boolean | undefined
}

/**
 * Returns the days that a room's messages are kept, or undefined if they are kept forever. Unless a backend has chosen
 * it, a room's own value can only be shorter than the deployment's, whichever was set first.
 */
export function retentionOf({ retentionDays, retentionByServer }: Chosen): number | undefined {
  if (retentionDays === undefined || deploymentRetentionDays === undefined || retentionByServer) {
    return retentionDays ?? deploymentRetentionDays
  }
  return Math.min(retentionDays, deploymentRetentionDays)
}

const DAY_SECONDS = 24 * 60 * 60

/**
 * Returns the `expiresAt` (epoch seconds, the table's TTL) of a message that is written now. Empty if it is kept
 * forever.
 */
export const expiryOf = ({ retentionDays }: Pick<Chosen, 'retentionDays'>, now: number): { expiresAt?: number } =>
  retentionDays === undefined ? {} : { expiresAt: Math.ceil(now / 1_000) + retentionDays * DAY_SECONDS }
