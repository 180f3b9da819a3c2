import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Round } from '../../bench/fan-out/round.ts'
import { VARIANTS } from '../../bench/fan-out/variants/variant-names.ts'
import { documentWith, plotsOf } from '../../bench/fan-out/report/document.ts'
import { linePlot } from '../../bench/fan-out/report/line-plot.ts'
import type { Run } from '../../bench/fan-out/run.ts'

const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')

const round = (events: number): Round => ({
  complete: true,
  messages: 1,
  events,
  repeats: 0,
  failedSends: 0,
  elapsedMs: 100,
  tailMs: 100,
  p50Ms: 1,
  p99Ms: 2,
  cpuMs: 1,
  peakMiB: 100,
  used: { reads: 1, writes: 1, invocations: 1, posts: events, metered: events, postedBytes: events },
})
const cost = { cpuMs: 1, reads: 1, writes: 1, dollars: 1e-6 }
const run: Run = {
  machine: { cpu: 'a CPU', cores: 2, memoryGiB: 8, platform: 'Linux x64', node: '20.0.0', load: 0.1 },
  measurements: [10, 1_000].flatMap((connections) =>
    [1, 10].flatMap((perSecond) =>
      VARIANTS.map((variant) => ({
        variant,
        connections,
        perSecond,
        rounds: [round(connections), round(connections)],
      })),
    ),
  ),
  growth: {
    byRoom: [10, 100].map((connections) => ({ connections, messages: 1, ...cost, dollars: 4e-6 + connections * 1e-6 })),
    connectionsPerRoom: 10,
    byBatch: [1, 10].map((rooms) => ({ rooms, repeats: 1, ...cost, cpuMs: 2 + rooms / 2 })),
  },
  posting: '| variant |\n| --- |\n| lean |',
  start: 'sendMessage 100',
}

test('the page has a place for everything that a run tells', () => {
  const written = documentWith(document, run)
  expect(written).toContain('Machine: a CPU, 2 cores')
  expect(written).toContain('### Room of 1,000')
  expect(written).toContain('| lean |')
  expect(written).toContain('sendMessage 100')
})

test('each size of room has a row for each variant and rate', () => {
  const [, table] = documentWith(document, run).split('### Room of 10\n')
  const rows = table!.split('### ')[0]!.match(/^\| (Tabletalk|scan|query|floor)/gm)
  expect(rows).toHaveLength(VARIANTS.length * 2)
})

test('slope and constant of the growth are said, with how far the points are off', () => {
  const written = documentWith(document, run)
  expect(written).toContain('**A million messages: $4 + $1 for each connection of the room**')
  expect(written).toContain('**CPU of a batch, rooms of 10: 2 ms + 0.5 ms for each room**')
  expect(written).toContain('no point is further from the line than 0.0 % of its value')
})

test('the page shows every plot that is drawn, and no other', () => {
  const shown = [...documentWith(document, run).matchAll(/\]\(plots\/([\w-]+)\.svg\)/g)].map(([, name]) => name)
  expect(shown.toSorted()).toEqual(Object.keys(plotsOf(run)).toSorted())
})

test('every plot is drawn without a gap in its coordinates', () => {
  for (const plot of Object.values(plotsOf(run))) expect(linePlot(plot)).not.toMatch(/NaN|Infinity|undefined/)
})
