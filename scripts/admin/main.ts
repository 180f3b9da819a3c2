/**
 * `npm run admin -- <command>`: the operator's tool, for the laptop (`--local http://localhost:8080`) and for AWS. It
 * asks the server API at `TABLETALK_API` with the token `TABLETALK_TOKEN` (scope `tabletalk:server`), and the table
 * `TABLE_NAME` where no action has what is asked for. Without a command it lists all of them. `docs/operations.md` has
 * them in its runbooks.
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
