/**
 * `npm run erase-again -- [--dry-run] [--local URL]`: erases users again who had been erased before the table was
 * restored to an earlier moment. The list is in the bucket, which is independent of the table. The script may be run
 * any number of times, and while the chat is live; the janitor does the rest. `docs/operations.md` says when to use it.
 * With `--local http://localhost:8080` the settings come from the runtime of `npm start`, otherwise from the
 * environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS SDK reads).
 */
import { parseArgs } from 'node:util'
import { count } from '../shared/progress-line.ts'
import { withTable } from '../shared/with-table.ts'

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'dry-run': { type: 'boolean', default: false }, local: { type: 'string' } },
  })
  await withTable('erase again', values)
  if (!process.env.FILES_BUCKET) throw new Error('unable to erase again; not set: FILES_BUCKET')
  // Imported late, because the module reads the environment when it is loaded.
  const { eraseAgain } = await import('./erase-again.ts')
  const { jobs } = await eraseAgain({ dryRun: values['dry-run'] })
  console.log(`${count(jobs, 'erasure')} ${values['dry-run'] ? 'to be begun' : 'begun'} again`)
}
