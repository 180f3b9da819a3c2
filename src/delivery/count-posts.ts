import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { FanOutReport } from './delivery.ts'

const metrics = new Metrics({ serviceName: 'fan-out' })

/** CloudWatch takes a hundred values of a metric in one line, at which Powertools ends the line by itself. */
const MOST_VALUES = 99

/**
 * Publishes what became of a batch's posts as metrics, in a line of the log (EMF). Also what is 0: an alarm that sees a
 * 0 ends, and one that sees nothing waits.
 *
 * @param recordsFailed stream records that will be redelivered
 */
export function countPosts({ posts, skipped, eventsDelivered, latencies }: FanOutReport, recordsFailed = 0): void {
  const counts = {
    PostsDelivered: posts.delivered,
    PostsGone: posts.gone,
    PostsThrottled: posts.throttled,
    PostsSlow: posts.slow,
    PostsFailed: posts.failed,
    PostsSkipped: skipped,
    EventsDelivered: eventsDelivered,
    RecordsFailed: recordsFailed,
  }
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count)
  for (const latency of spread(latencies)) metrics.addMetric('DeliveryLatency', MetricUnit.Milliseconds, latency)
  metrics.publishStoredMetrics()
}

/** At most so many of the values, whose percentiles are those of all. */
function spread(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length <= MOST_VALUES) return sorted
  return Array.from(
    { length: MOST_VALUES },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (MOST_VALUES - 1))]!,
  )
}
