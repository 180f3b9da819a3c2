import { documented } from '../shared/data-model.ts'

/** Request units. */
export interface Units {
  reads: number
  writes: number
}

/** The units of each row of the table of costs in `docs/data-model.md`. Tests measure them. */
const measured: ReadonlyMap<string, Units> = new Map(
  documented('costs').map(({ Action = '', RRU, WRU }) => [Action, { reads: Number(RRU), writes: Number(WRU) }]),
)

/**
 * Returns the sum of the units of these rows.
 *
 * @throws Error when the document has no row of that name
 */
export function unitsOf(rows: readonly string[], units = measured): Units {
  const sum = { reads: 0, writes: 0 }
  for (const row of rows) {
    const found = units.get(row)
    if (found === undefined) throw new Error(`docs/data-model.md has no row "${row}"`)
    sum.reads += found.reads
    sum.writes += found.writes
  }
  return sum
}
