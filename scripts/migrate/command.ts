import { parseArgs } from 'node:util'
import { count, ProgressLine } from '../shared/progress-line.ts'
import { numberOf, withTable } from '../shared/with-table.ts'
import type { Progress } from './migrate.ts'

/**
 * Runs the command with the words that follow its name.
 *
 * @returns the exit status
 */
export async function migrateCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      'dry-run': { type: 'boolean', default: false },
      'units-per-second': { type: 'string' },
      segments: { type: 'string', default: '1' },
      local: { type: 'string' },
    },
  })
  const options = { segments: numberOf('migrate', '--segments', values.segments), dryRun: values['dry-run'] }
  const paced = await withTable('migrate', values)
  // Imported late, because the module reads the environment when it is loaded.
  const { migrate } = await import('./migrate.ts')
  const line = new ProgressLine('migrating')
  const progress = await migrate(options, (now) => {
    line.show(undefined, describe(now, options.dryRun))
  })
  line.end()
  console.log(`${describe(progress, options.dryRun)}; ${count(paced.used(), 'unit')} used`)
  return 0
}

function describe({ read, memberships, mirrors, sessions, stale }: Progress, dryRun: boolean): string {
  const would = dryRun ? 'to be ' : ''
  return (
    `${count(read, 'row')} read, ${count(memberships, 'membership')} among them: ` +
    `${count(mirrors, 'mirror')} and ${count(sessions, 'session')} ${would}written, ` +
    `${count(stale, 'stale mirror')} ${would}deleted`
  )
}
