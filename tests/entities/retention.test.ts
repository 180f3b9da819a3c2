import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** Returns the days for which a room of this deployment keeps messages. */
async function keptFor(deployment: string | undefined, room: { retentionDays?: number; retentionByServer?: true }) {
  vi.stubEnv('RETENTION_DAYS', deployment)
  const { retentionOf } = await import('../../src/entities/retention.ts')
  return retentionOf(room)
}

test.each([
  [undefined, {}, undefined],
  [undefined, { retentionDays: 365 }, 365],
  ['90', {}, 90],
  ['90', { retentionDays: 30 }, 30],
  // Set before the deployment had a value.
  ['90', { retentionDays: 365 }, 90],
  ['90', { retentionDays: 365, retentionByServer: true }, 365],
  ['90', { retentionDays: 30, retentionByServer: true }, 30],
] as const)('a deployment with RETENTION_DAYS=%s keeps a room of %o for %s days', async (deployment, room, days) => {
  expect(await keptFor(deployment, room)).toBe(days)
})
