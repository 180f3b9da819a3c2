import type { Logger } from '@aws-lambda-powertools/logger'
import type { FanOutReport } from './delivery.ts'

/** Named one by one in the log; a storm over thousands of connections is told by the metrics. */
const MAX_NAMED = 20

/** Logs which recipients were not reached, and why. Those who have gone are no news. */
export function reportFailures(logger: Logger, { errors }: FanOutReport): void {
  const failures = errors.filter(({ outcome }) => outcome !== 'gone')
  for (const { connectionId, outcome, error } of failures.slice(0, MAX_NAMED)) {
    logger.warn('post failed', { connectionId, outcome, error: error as Error })
  }
  if (failures.length > MAX_NAMED) logger.warn('more posts failed', { count: failures.length - MAX_NAMED })
}
