/**
 * `npm run export -- --all | --room ID | --user ID [--out FILE] [--files FOLDER | --links HOURS]`: writes an archive
 * (docs/archive.md) to stdout or to a file. A file that an interrupted run left is continued. Exits with 1 if files
 * were missing in the bucket. With `--local http://localhost:8080` the settings come from the runtime of `npm start`,
 * otherwise from the environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS SDK reads).
 */
import { runCommand } from '../shared/run-command.ts'
import { exportCommand } from './command.ts'

// A reader such as `head` may close the pipe early, which is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))

await runCommand(exportCommand)
