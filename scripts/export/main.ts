/**
 * `npm run export -- --all | --room ID | --user ID [--out FILE] [--files FOLDER | --links HOURS]`: writes an archive
 * (docs/archive.md) to stdout, or to a file that a run that was cut off goes on with. Exits with 1 when files were
 * missing in the bucket. With `--local http://localhost:8080` the settings come from the runtime of `npm start`, else
 * from the environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS SDK reads).
 */
import { parseArgs } from 'node:util'
import { runExport } from './run.ts'

// `npm run export -- --all | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))

try {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      room: { type: 'string' },
      user: { type: 'string' },
      out: { type: 'string' },
      files: { type: 'string' },
      links: { type: 'string' },
      'units-per-second': { type: 'string' },
      local: { type: 'string' },
    },
  })
  process.exitCode = await runExport(values)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
