import type { Pace } from '../../src/entities/pace.ts'
import { wholeNumber } from '../../src/env.ts'
import { localEnvironment } from './local-environment.ts'

/** A quarter of the writes that a new on-demand table accepts, so that the chat has the rest. */
const UNITS_PER_SECOND = '1000'

const MAX = 1_000_000

/** Options of every command that reads or writes the table itself. */
export interface TableOptions {
  local?: string | undefined
  'units-per-second'?: string | undefined
}

/**
 * Takes the settings from the runtime of `npm start` if one is named, and holds the requests to the table back. What
 * reads the environment as it is loaded must be loaded after this.
 *
 * @param purpose for the error messages: "unable to `purpose`; …"
 * @throws Error when there is no table, or the pace is none
 */
export async function withTable(purpose: string, options: TableOptions): Promise<Pace> {
  const unitsPerSecond = numberOf(purpose, '--units-per-second', options['units-per-second'] ?? UNITS_PER_SECOND)
  if (options.local !== undefined) Object.assign(process.env, await localEnvironment(purpose, options.local))
  if (!process.env.TABLE_NAME) throw new Error(`unable to ${purpose}; not set: TABLE_NAME`)
  const [{ client }, { pace }] = await Promise.all([
    import('../../src/entities/table.ts'),
    import('../../src/entities/pace.ts'),
  ])
  return pace(client, unitsPerSecond)
}

/** @throws Error naming the option */
export function numberOf(purpose: string, option: string, text: string, max = MAX): number {
  const read = wholeNumber({ from: 1, to: max }).parse(text)
  if (read === undefined) throw new Error(`unable to ${purpose}; ${option} must be a whole number from 1 to ${max}`)
  return read
}
