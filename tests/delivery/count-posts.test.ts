import { afterEach, expect, test, vi } from 'vitest'
import type { FanOutReport } from '../../src/delivery/delivery.ts'
import { metricsIn } from '../support/cloudwatch.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

/** Returns the metrics that CloudWatch receives for a batch. */
async function counted(report: Partial<FanOutReport>): Promise<Map<string, number[]>> {
  vi.resetModules()
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Tabletalk/mine')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const { countPosts } = await import('../../src/delivery/count-posts.ts')
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  const nothing = { posts: { delivered: 0, gone: 0, throttled: 0, slow: 0, failed: 0 }, skipped: 0, eventsDelivered: 0 }
  countPosts({
    ...nothing,
    sizes: new Map(),
    recipients: 0,
    latencies: [],
    unread: [],
    postponed: [],
    errors: [],
    ...report,
  })
  vi.restoreAllMocks()
  expect(lines).toHaveLength(1)
  return metricsIn(lines)
}

const key = (name: string) => `Tabletalk/mine ${name} service=fan-out`

test('a batch of nothing is counted too, so that an alarm ends', async () => {
  const metrics = await counted({})
  expect(metrics.get(key('PostsThrottled'))).toEqual([0])
  expect(metrics.get(key('DeliveryLatency'))).toBeUndefined()
})

test('of many posts some latencies are written, in one line, with the percentiles of all', async () => {
  const latencies = Array.from({ length: 10_000 }, (_, i) => (i * 7_919) % 10_000)
  const values = (await counted({ latencies })).get(key('DeliveryLatency'))!.sort((a, b) => a - b)
  expect(values).toHaveLength(99)
  expect([values[0], values[98]]).toEqual([0, 9_999])
  expect(Math.abs(values[49]! - 5_000)).toBeLessThan(100)
  expect(Math.abs(values[97]! - 9_900)).toBeLessThan(100)
})
