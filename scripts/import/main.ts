/**
 * `npm run import -- [--dry-run] [--files FOLDER] [--units-per-second 1000] [--local URL] <archive.jsonl>`: writes an
 * archive (docs/archive.md) into the table, while the chat is live or before it begins, and tells nobody. It may be cut
 * off and run again. Exits with 1 when lines were refused. With `--local http://localhost:8080` the settings come from
 * the runtime of `npm start`, else from the environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS SDK reads).
 */
import { runCommand } from '../shared/run-command.ts'
import { importCommand } from './command.ts'

await runCommand(importCommand)
