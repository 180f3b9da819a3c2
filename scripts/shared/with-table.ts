import type { Pace } from '../../src/entities/pace.ts'
import { wholeNumber } from '../../src/env.ts'
import { localEnvironment } from './local-environment.ts'

/** A quarter of the writes that a new on-demand table accepts, which leaves the rest to the chat. */
const UNITS_PER_SECOND = '1000'

const MAX = 1_000_000

/** Options of every command that reads or writes the table itself. */
export interface TableOptions {
  local?: string | undefined
  'units-per-second'?: string | undefined
}

/**
 * Takes the settings from the runtime of `npm start` if one is named, and limits the rate of requests to the table.
 * Modules that read the environment when they are loaded must be imported after this.
 *
 * @param purpose for the error messages: "unable to `purpose`; …"
 * @throws Error if there is no table, or the rate is invalid
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

/** @throws Error that names the option */
export function numberOf(purpose: string, option: string, text: string, max = MAX): number {
  const read = wholeNumber({ from: 1, to: max }).parse(text)
  if (read === undefined) throw new Error(`unable to ${purpose}; ${option} must be a whole number from 1 to ${max}`)
  return read
}
