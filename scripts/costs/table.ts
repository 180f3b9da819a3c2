import { type Cost, costPerMillion, total } from './model.ts'

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

/** The table of `docs/operations.md` as Markdown: dollars per million messages. */
export function costTable(): string {
  const rows = ROOMS.flatMap((connections) =>
    COALESCED.map((coalesced) => {
      const cost = costPerMillion(connections, coalesced)
      const parts = columns.map(([column]) => dollars(cost[column]))
      return [connections.toLocaleString('en-US'), String(coalesced), ...parts, dollars(total(cost))]
    }),
  )
  return [HEAD, HEAD.map(() => '--:'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

const dollars = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
