import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { FanOutReport } from './delivery.ts'

const metrics = new Metrics({ serviceName: 'fan-out' })

/** CloudWatch takes 100 values of a metric in one line. Powertools ends the line when it reaches that number. */
const MOST_VALUES = 99

/**
 * Publishes the outcomes of a batch's posts as metrics, in a line of the log (EMF). Zeros are published too: an alarm
 * ends when it sees a 0, but waits when there is no value.
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

/** Returns a sample of at most `MOST_VALUES` values with the same percentiles as all of them. */
function spread(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length <= MOST_VALUES) return sorted
  return Array.from(
    { length: MOST_VALUES },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (MOST_VALUES - 1))]!,
  )
}
