import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SyncRetry } from '../../bench/simulation/behaviour.ts'
import { CONNECTION_ROWS, SESSION_ROWS, writesNeeded } from '../../bench/simulation/data-model.ts'
import { ACCOUNT, type TableLimits, WARM_TABLE } from '../../bench/simulation/limits.ts'
import type { Delivered } from '../../bench/simulation/delivery.ts'
import { CASES, runCase } from '../../bench/simulation/deliveries.ts'
import { documentWith, type SimulationResults } from '../../bench/simulation/report.ts'
import { ADMISSION, SMALL_CHATS, STORMS } from '../../bench/simulation/scenarios.ts'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import { type Outcome, simulate, type Storm } from '../../bench/simulation/storm.ts'
import { resultFile } from '../../bench/shared/results.ts'
import { terraformDefault } from '../../scripts/shared/terraform-defaults.ts'
import { dollarsFor } from '../../scripts/costs/usage.ts'

const ROOMS = 20
const NOTHING = { frames: 0, posts: 0, bytesOut: 0, reads: 0, writes: 0, invocations: 0, cpuSeconds: 0 }
const newConnection: SyncRetry = { on: 'new connection', resumes: false, retryAfterMs: 0 }
const fromTheStart: SyncRetry = { on: 'same connection', resumes: false, retryAfterMs: 0 }
const resumed: SyncRetry = { on: 'same connection', resumes: true, retryAfterMs: 0 }

/** A table that can serve 20 reconnects per second with sessions, if nothing is written in vain. */
const SMALL_TABLE: TableLimits = { writes: 540, reads: 1_620, most: 540 }

const storm = (changes: Partial<Storm> = {}, seed = 1): Outcome =>
  simulate(
    {
      clients: 500,
      rooms: ROOMS,
      model: SESSION_ROWS,
      syncRetry: resumed,
      limits: { ...ACCOUNT, table: WARM_TABLE },
      untilMs: 2 * 60 * 60_000,
      ...changes,
    },
    seededRandom(seed),
  )

const overloaded = { limits: { ...ACCOUNT, table: SMALL_TABLE } }
/** Leaves the table about 100 units for the rows of lost connections. */
const admission = { perSecond: 16, burst: 16 }

describe('a storm', () => {
  test('is the same for the same seed, and another one for another', () => {
    expect(storm()).toEqual(storm())
    expect(storm({}, 2)).not.toEqual(storm())
  })

  test.each([
    ['rows of connections', CONNECTION_ROWS, 206, 102],
    ['rows of sessions', SESSION_ROWS, 55, 55],
  ])('with %s needs the units of the formula, when nobody is refused', (_, model, writes, reads) => {
    expect([writesNeeded(model, 50), model.reads(50)]).toEqual([writes, reads])
    const outcome = storm({ model, rooms: 50 })
    expect(outcome).toMatchObject({ writes, reads, refusedSyncs: 0, writesInVain: 0, lostDisconnects: 0, backShare: 1 })
  })

  test('brings everybody back, even on a table that is far too small', () => {
    for (const syncRetry of [newConnection, resumed]) {
      const { backShare, allBackS, refusedSyncs } = storm({ ...overloaded, syncRetry })
      expect(refusedSyncs).toBeGreaterThan(0)
      expect({ backShare, allBackS }).toEqual({ backShare: 1, allBackS: expect.any(Number) as number })
    }
  })

  test('lets nobody write in vain with admission', () => {
    for (const syncRetry of [newConnection, fromTheStart, resumed]) {
      const admitted = storm({ ...overloaded, syncRetry, admission })
      expect(admitted).toMatchObject({ backShare: 1, writesInVain: 0, writes: writesNeeded(SESSION_ROWS, ROOMS) })
    }
    expect(storm({ ...overloaded, syncRetry: newConnection }).writesInVain).toBeGreaterThan(0)
  })

  test('lets nobody write in vain when a refused sync is resumed, on any table', () => {
    expect(storm({ ...overloaded, syncRetry: resumed })).toMatchObject({ backShare: 1, writesInVain: 0 })
  })

  test('opens no more connections per second than the gateway admits', () => {
    const { allBackS } = storm({ admission: { perSecond: 10, burst: 1 } })
    expect(allBackS).toBeGreaterThanOrEqual((500 - 1) / 10)
  })

  test('runs no more functions at the same time than the account may', () => {
    const { executions, backShare } = storm({ limits: { ...ACCOUNT, executions: 5, table: WARM_TABLE } })
    expect({ executions, backShare }).toEqual({ executions: 5, backShare: 1 })
  })

  test('is over when its time is over, and says who is not back', () => {
    const { backShare, allBackS } = storm({ admission: { perSecond: 10, burst: 1 }, untilMs: 20_000 })
    expect(backShare).toBeGreaterThan(0)
    expect(backShare).toBeLessThan(1)
    expect(allBackS).toBeNull()
  })

  test('does not end where a sync begins again from the start, because the table has too much to write in vain', () => {
    const within = { limits: { ...ACCOUNT, table: { writes: 50, reads: 150, most: 50 } }, untilMs: 20 * 60_000 }
    const fromStart = storm({ ...within, syncRetry: fromTheStart })
    expect(fromStart.backShare).toBeLessThan(1)
    expect(fromStart.writesInVain).toBeGreaterThan(writesNeeded(SESSION_ROWS, ROOMS))
    expect(storm({ ...within, syncRetry: resumed })).toMatchObject({ backShare: 1, writesInVain: 0 })
  })

  test('holds up messages for longer when the clean-up comes before the posts', () => {
    const wait = (cleanUpAfterPosts: boolean) =>
      storm({
        model: { ...CONNECTION_ROWS, cleanUpAfterPosts },
        clients: 5_000,
        admission: { perSecond: 1_000, burst: 1 },
      }).messageWaitS
    expect(wait(false)).toBeGreaterThan(wait(true))
  })
})

describe('the results that are kept', () => {
  const results = JSON.parse(readFileSync(resultFile('simulation'), 'utf8')) as SimulationResults
  const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')
  const large = (changes: object) => {
    const found = results.storms.find((result) =>
      Object.entries(changes).every(([key, value]) => result[key as 'model'] === value),
    )
    return found!.outcome
  }

  test('are those of the scenarios', () => {
    const of = (list: readonly object[]) => list.map((one) => ({ ...one, outcome: undefined }))
    expect(of(results.storms)).toEqual(of(STORMS))
    expect(of(results.smallChats)).toEqual(of(SMALL_CHATS))
  })

  test('reach the goals: 1.1 times the gateway’s 200 s on a warm table, 1,500 s on a new one with admission', () => {
    const sessions = { model: 'sessions', refusedSync: 'resumed' }
    expect(large({ ...sessions, table: 'warm' }).allBackS).toBeLessThanOrEqual(220)
    const admitted = large({ ...sessions, table: 'new', admission: true })
    expect(admitted.allBackS).toBeLessThanOrEqual(1_500)
    expect(admitted.writesInVain).toBe(0)
  })

  test('are what the page shows', () => {
    const cells = (text: string) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{2,}/g, '--')
    expect(cells(documentWith(document, results))).toBe(cells(document))
  })

  test('are for the admission that Terraform sets by default', () => {
    const [perSecond, burst] = ['connects_per_second', 'connects_burst'].map((name) => terraformDefault<number>(name))
    expect(ADMISSION).toEqual({ perSecond, burst })
  })
})

test('operations.md has the units and the price of a reconnect that the simulation uses', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const [, block] = /<!-- reconnects:start -->(.*)<!-- reconnects:end -->/s.exec(page)!
  const rows = [...block!.matchAll(/^\|([\d .|]+)\|$/gm)].map(([, cells]) => cells!.split('|').map(Number))
  expect(rows.map(([rooms]) => rooms)).toEqual([1, 10, 50, 200])
  for (const [rooms = 0, writes = 0, reads = 0, dollars] of rows) {
    expect([writes, reads]).toEqual([writesNeeded(SESSION_ROWS, rooms), SESSION_ROWS.reads(rooms)])
    expect(dollars).toBeCloseTo(1e6 * dollarsFor({ ...NOTHING, reads, writes }), 1)
  }
})

describe('deliveries', () => {
  const { deliveries } = JSON.parse(readFileSync(resultFile('simulation'), 'utf8')) as SimulationResults
  const crowd = (name: string) =>
    deliveries.find((result) => result.question === 'crowd' && result.name === name)!.rooms.map(({ lost }) => lost)

  test('a room of 10,000 with four messages a second loses nothing, and takes nothing from small ones', () => {
    expect(crowd('as it is')).toEqual([0, 0])
    expect(Math.min(...crowd('if the window didn’t know sizes'))).toBeGreaterThan(0)
  })

  test('are the same again', () => {
    const one = CASES.find(({ name }) => name === 'a quiet room of 10')!
    const short = { ...one, traffic: { ...one.traffic, seconds: 200 } }
    const [{ p50 }] = runCase(short).rooms as [Delivered]
    expect(runCase(short).rooms).toMatchObject([{ p50, lost: 0 }])
    expect(p50).toBeGreaterThan(200)
    expect(p50).toBeLessThan(350)
  })
})
