import { optional, wholeNumber } from '../env.ts'
import { MAX_RETENTION_DAYS } from '../protocol/limits.ts'

/** Days that this deployment keeps what is said; undefined when that is for good. */
export const deploymentRetentionDays = optional('RETENTION_DAYS', wholeNumber({ from: 1, to: MAX_RETENTION_DAYS }))

/** What a room says of it. */
interface Chosen {
  retentionDays?: number | undefined
  /** Whether a backend has said so: then it holds, also where that is longer than the deployment's. */
  retentionByServer?: boolean | undefined
}

/**
 * Days that what is said in a room is kept; undefined when that is for good. A room's own may only be shorter than the
 * deployment's, whichever of the two was set first.
 */
export function retentionOf({ retentionDays, retentionByServer }: Chosen): number | undefined {
  if (retentionDays === undefined || deploymentRetentionDays === undefined || retentionByServer) {
    return retentionDays ?? deploymentRetentionDays
  }
  return Math.min(retentionDays, deploymentRetentionDays)
}

const DAY_SECONDS = 24 * 60 * 60

/** The table's TTL of what is written now where the room keeps it so many days; nothing where it is kept for good. */
export const expiryOf = ({ retentionDays }: Pick<Chosen, 'retentionDays'>, now: number): { expiresAt?: number } =>
  retentionDays === undefined ? {} : { expiresAt: Math.ceil(now / 1_000) + retentionDays * DAY_SECONDS }
