import { table } from '../shared/markdown.ts'
import { costOfDoing, DOINGS } from './changes.ts'
import { type Cost, costPerMillion, total } from './model.ts'
import { HABITS, month } from './month.ts'
import { peak, QUOTAS } from './peak.ts'
import { READING, readingDollars } from './reading.ts'

const ROOMS = [2, 10, 100, 1_000]
/** Messages of a room in one batch. */
const COALESCED = [1, 10]

const columns: [keyof Cost, string][] = [
  ['framesIn', 'frames in, replies'],
  ['posts', 'posts'],
  ['writes', 'table writes'],
  ['reads', 'table reads'],
  ['lambda', 'Lambda'],
  ['logs', 'logs'],
  ['dataOut', 'data out'],
]

const HEAD = ['connections', 'messages per batch', ...columns.map(([, title]) => title), 'total']

/** Returns the table of `docs/operations.md` as Markdown: dollars per million messages. */
export function costTable(): string {
  const rows = ROOMS.flatMap((connections) =>
    COALESCED.map((coalesced) => {
      const cost = costPerMillion(connections, coalesced)
      const parts = columns.map(([column]) => dollars(cost[column]))
      return [connections.toLocaleString('en-US'), String(coalesced), ...parts, dollars(total(cost))]
    }),
  )
  return table(HEAD, rows)
}

/** The rooms of the table of doings, by connections. */
const DOING_ROOMS = [10, 1_000]

/** Returns the table of what is done to messages as Markdown: dollars per million, in small and large rooms. */
export function doingTable(): string {
  const rows = DOINGS.map((doing) => {
    const costs = DOING_ROOMS.map((connections) => costOfDoing(doing, connections))
    const { frames, writes } = costs[0]!
    const totals = costs.flatMap((cost) => [cost.reads, cost.posts, frames + writes + cost.reads + cost.posts])
    const designed = doing.designed === undefined ? '' : dollars(doing.designed)
    return [doing.name, ...[frames, writes, ...totals].map(dollars), designed]
  })
  const inRooms = DOING_ROOMS.flatMap((connections) =>
    ['reads', 'posts', 'total'].map((part) => `${part}, ${connections.toLocaleString('en-US')}`),
  )
  const head = ['a million', 'frames in, replies', 'table writes', ...inRooms, 'in the design, 10']
  return table(head, rows)
}

const dollars = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** Returns a month as a Markdown table: dollars by purpose, and their sum. */
export function monthTable(parts: Record<string, number>): string {
  const rows = [...Object.entries(parts), ['total', Object.values(parts).reduce((sum, part) => sum + part, 0)] as const]
  return table(
    ['a month', 'dollars'],
    rows.map(([name, amount]) => [name, dollars(amount)]),
  )
}

/** Returns what read state, presence and the bus cost as a Markdown table. */
export function readingTable(): string {
  const head = ['a million', 'frames, posts', 'read units', 'write units', 'dollars', 'in the design']
  const rows = READING.map((one) => {
    const counts = [one.frames + one.posts, one.reads, one.writes].map((count) => String(Math.round(count)))
    return [one.what, ...counts, dollars(readingDollars(one)), dollars(one.designed)]
  })
  return table(head, rows)
}

/** The numbers of users in `docs/scale.md`. */
const USERS = [1_000, 100_000, 10_000_000]

/**
 * Returns the table of `docs/scale.md` as Markdown: what the busiest hour of each number of users needs. Values above a
 * limit are bold.
 */
export function peakTable(): string {
  const loads = USERS.map((users) => peak({ ...HABITS, users }))
  const rows = Object.entries(QUOTAS).map(([what, { limit, unit }]) => [
    what,
    `${amount(limit)}${unit}`,
    ...loads.map((load) => {
      const needed = load[what as keyof typeof QUOTAS]
      return needed > limit ? `**${amount(needed)}**` : amount(needed)
    }),
  ])
  const bills = USERS.map((users) => Object.values(month({ ...HABITS, users })).reduce((sum, part) => sum + part, 0))
  rows.push(['dollars a month', '', ...bills.map(amount)])
  const head = ['', 'limit', ...USERS.map((users) => `${users.toLocaleString('en-US')} users`)]
  return table(head, rows)
}

/** Formats with two significant digits. */
const amount = (value: number): string =>
  Number(value.toPrecision(2)).toLocaleString('en-US', { maximumSignificantDigits: 2 })
