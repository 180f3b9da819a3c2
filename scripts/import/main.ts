/**
 * `npm run import -- [--dry-run] [--files FOLDER] [--units-per-second 1000] [--local URL] <archive.jsonl>`: writes an
 * archive (docs/archive.md) into the table, before the chat begins or while it is live. Nobody receives events. It may
 * be interrupted and run again. Exits with 1 if lines were refused. With `--local http://localhost:8080` the settings
 * come from the runtime of `npm start`, otherwise from the environment (`TABLE_NAME`, `FILES_BUCKET` and what the AWS
 * SDK reads).
 */
import { runCommand } from '../shared/run-command.ts'
import { importCommand } from './command.ts'

await runCommand(importCommand)
