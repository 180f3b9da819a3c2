/**
 * `npm run migrate -- [--dry-run] [--units-per-second 1000] [--segments 1] [--local URL]`: completes a table that
 * version 0.1.0 wrote. Run it while the chat is live, any number of times. `docs/operations.md` says when to use it.
 * With `--local http://localhost:8080` the settings come from the runtime of `npm start`, otherwise from the
 * environment (`TABLE_NAME` and what the AWS SDK reads).
 */
import { runCommand } from '../shared/run-command.ts'
import { migrateCommand } from './command.ts'

await runCommand(migrateCommand)
