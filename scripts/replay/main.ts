/**
 * `npm run replay -- [--dry-run] [--local URL] <object>…`: invokes the stream function again with failed records of the
 * stream, in this process and with your own credentials. Exits with 1 if a record failed again or a connection could
 * not be posted to. An object is `s3://bucket/key` or a file; nothing is deleted. `docs/operations.md` says how to find
 * objects and settings. With `--local http://localhost:8080` the settings come from the runtime of `npm start`.
 */
import { runCommand } from '../shared/run-command.ts'
import { replayCommand } from './command.ts'

await runCommand(replayCommand)
