import { logger } from '../logger.ts'
import { defined } from '../protocol/defined.ts'
import type { FanOutReport } from './delivery.ts'

/** How many connections the log names individually. The metrics count all of them. */
const MAX_NAMED = 20

/** Logs which recipients were not reached, and why. A connection that is gone does not count as a failure. */
export function reportFailures({ errors }: FanOutReport): void {
  const failures = errors.filter(({ outcome }) => outcome !== 'gone')
  for (const { connectionId, outcome, error, traceIds } of failures.slice(0, MAX_NAMED)) {
    logger.warn('post failed', { ...defined({ traceIds }), connectionId, outcome, error: error as Error })
  }
  if (failures.length > MAX_NAMED) logger.warn('more posts failed', { count: failures.length - MAX_NAMED })
}
