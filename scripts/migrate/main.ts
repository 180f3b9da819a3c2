/**
 * `npm run migrate -- [--dry-run] [--units-per-second 1000] [--segments 1] [--local URL]`: completes a table that
 * version 0.1.0 wrote. Run it while the chat is live, as often as you like. `docs/operations.md` says when; with
 * `--local http://localhost:8080` the settings come from the runtime of `npm start`, else from the environment
 * (`TABLE_NAME` and what the AWS SDK reads).
 */
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../src/env.ts'
import { localEnvironment } from '../shared/local-environment.ts'
import type { Progress } from './migrate.ts'

/** A quarter of the writes that a new on-demand table accepts, so that the chat has the rest. */
const UNITS_PER_SECOND = '1000'

const PROGRESS_EVERY_MS = 5_000

/** DynamoDB scans a table in so many segments at most. */
const MAX = 1_000_000

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'dry-run': { type: 'boolean', default: false },
      'units-per-second': { type: 'string', default: UNITS_PER_SECOND },
      segments: { type: 'string', default: '1' },
      local: { type: 'string' },
    },
  })
  const unitsPerSecond = numberOf('--units-per-second', values['units-per-second'])
  const options = { segments: numberOf('--segments', values.segments), dryRun: values['dry-run'] }
  if (values.local !== undefined) Object.assign(process.env, await localEnvironment('migrate', values.local))
  if (!process.env.TABLE_NAME) throw new Error('unable to migrate; not set: TABLE_NAME')

  // They read the environment when they are loaded.
  const [{ client }, { migrate }, { pace }] = await Promise.all([
    import('../../src/entities/table.ts'),
    import('./migrate.ts'),
    import('../../src/entities/pace.ts'),
  ])
  const paced = pace(client, unitsPerSecond)
  let saidAt = Date.now()
  const progress = await migrate(options, (now) => {
    if (Date.now() - saidAt < PROGRESS_EVERY_MS) return
    saidAt = Date.now()
    console.error(describe(now, options.dryRun))
  })
  console.log(`${describe(progress, options.dryRun)}; ${count(paced.used(), 'unit')} used`)
}

function numberOf(option: string, text: string): number {
  const read = wholeNumber({ from: 1, to: MAX }).parse(text)
  if (read === undefined) throw new Error(`unable to migrate; ${option} must be a whole number from 1 to ${MAX}`)
  return read
}

function describe({ read, memberships, mirrors, sessions, stale }: Progress, dryRun: boolean): string {
  const would = dryRun ? 'to be ' : ''
  return (
    `${count(read, 'row')} read, ${count(memberships, 'membership')} among them: ` +
    `${count(mirrors, 'mirror')} and ${count(sessions, 'session')} ${would}written, ` +
    `${count(stale, 'stale mirror')} ${would}deleted`
  )
}

function count(n: number, noun: string): string {
  return `${Math.round(n).toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}
