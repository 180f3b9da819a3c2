import { Ajv } from 'ajv'

/**
 * Whether CloudWatch would accept a line as metrics, in the embedded metric format:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const isMetricLine = new Ajv().compile<MetricLine>({
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer', minimum: 1_500_000_000_000 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: { type: 'string', pattern: '^[A-Za-z0-9._#:/-]{1,255}$' },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
              },
              Metrics: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: { Name: { type: 'string', minLength: 1 }, Unit: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  },
})

interface MetricLine {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit?: string }[] }[]
  }
  [target: string]: unknown
}

/** CloudWatch accepts a number, or up to a hundred of them. */
const isValue = (value: unknown): value is number | number[] =>
  typeof value === 'number' ||
  (Array.isArray(value) && value.length <= 100 && value.every((one) => typeof one === 'number'))

/**
 * Returns the values of each metric in a function's log lines, as CloudWatch reads them, by namespace, name and
 * dimensions: `Tabletalk/prod PostsDelivered service=fan-out`. Other lines are ignored.
 *
 * @throws Error for a metric line that CloudWatch would drop
 */
export function metricsIn(lines: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const line of lines.filter((each) => each.includes('"_aws"'))) {
    const parsed: unknown = JSON.parse(line)
    if (!isMetricLine(parsed)) throw new Error(`CloudWatch would drop ${line}`)
    for (const { Namespace, Dimensions, Metrics } of parsed._aws.CloudWatchMetrics) {
      for (const names of Dimensions) {
        const dimensions = names.map((name) => `${name}=${String(parsed[name])}`).sort()
        for (const { Name } of Metrics) {
          const value = parsed[Name]
          if (!isValue(value)) throw new Error(`CloudWatch would drop ${Name} of ${line}`)
          const key = [Namespace, Name, ...dimensions].join(' ')
          found.set(key, [...(found.get(key) ?? []), ...[value].flat()])
        }
      }
    }
  }
  return found
}

/** The metrics that the functions write, without their namespace. Alarms and charts use no others. */
export const OWN_METRICS: readonly string[] = [
  ...['Delivered', 'Gone', 'Throttled', 'Slow', 'Failed', 'Skipped'].map((end) => `Posts${end} service=fan-out`),
  'EventsDelivered service=fan-out',
  'RecordsFailed service=fan-out',
  'DeliveryLatency service=fan-out',
  'ConnectsRefused service=connect',
]
