/**
 * `npm run export -- --all | --room ID | --user ID [--out FILE] [--files FOLDER | --links HOURS]`: writes an archive
 * (docs/archive.md) to stdout, or to a file that a run that was cut off goes on with. Exits with 1 when files were
 * missing in the bucket. With `--local http://localhost:8080` the settings come from the runtime of `npm start`, else
 * from the environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS SDK reads).
 */
import { runCommand } from '../shared/run-command.ts'
import { exportCommand } from './command.ts'

// `npm run export -- --all | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))

await runCommand(exportCommand)
