/**
 * `npm run migrate -- [--dry-run] [--units-per-second 1000] [--segments 1] [--local URL]`: completes a table that
 * version 0.1.0 wrote. Run it while the chat is live, as often as you like. `docs/operations.md` says when; with
 * `--local http://localhost:8080` the settings come from the runtime of `npm start`, else from the environment
 * (`TABLE_NAME` and what the AWS SDK reads).
 */
import { parseArgs } from 'node:util'
import { count, ProgressLine } from '../shared/progress-line.ts'
import { numberOf, withTable } from '../shared/with-table.ts'
import type { Progress } from './migrate.ts'

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
      'units-per-second': { type: 'string' },
      segments: { type: 'string', default: '1' },
      local: { type: 'string' },
    },
  })
  const options = { segments: numberOf('migrate', '--segments', values.segments), dryRun: values['dry-run'] }
  const paced = await withTable('migrate', values)
  // It reads the environment when it is loaded.
  const { migrate } = await import('./migrate.ts')
  const line = new ProgressLine('migrating')
  const progress = await migrate(options, (now) => {
    line.show(undefined, describe(now, options.dryRun))
  })
  line.end()
  console.log(`${describe(progress, options.dryRun)}; ${count(paced.used(), 'unit')} used`)
}

function describe({ read, memberships, mirrors, sessions, stale }: Progress, dryRun: boolean): string {
  const would = dryRun ? 'to be ' : ''
  return (
    `${count(read, 'row')} read, ${count(memberships, 'membership')} among them: ` +
    `${count(mirrors, 'mirror')} and ${count(sessions, 'session')} ${would}written, ` +
    `${count(stale, 'stale mirror')} ${would}deleted`
  )
}
