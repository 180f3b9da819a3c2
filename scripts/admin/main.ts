/**
 * `npm run admin -- <command>`: the operator's tool, for a local runtime (`--local http://localhost:8080`) and for AWS.
 * It calls the server API at `TABLETALK_API` with the token `TABLETALK_TOKEN` (scope `tabletalk:server`). What no
 * action returns, it reads from the table `TABLE_NAME`. Without a command it lists all commands. The runbooks in
 * `docs/operations.md` use them.
 */
import { createInterface } from 'node:readline/promises'
import { runCommand } from '../shared/run-command.ts'
import { admin, type Terminal } from './run.ts'

const terminal: Terminal = {
  print: (line) => {
    console.log(line)
  },
  question: process.stdin.isTTY
    ? async (text) => {
        const lines = createInterface({ input: process.stdin, output: process.stderr })
        try {
          return await lines.question(text)
        } finally {
          lines.close()
        }
      }
    : undefined,
}

process.on('SIGINT', () => {
  console.error('\ninterrupted; nothing is left half done: run it again, and it goes on')
  process.exit(130)
})

await runCommand((words) => admin(words, terminal))
