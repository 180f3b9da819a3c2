import { parseArgs } from 'node:util'
import { runImport } from './run.ts'

/**
 * Runs the command with the words that follow its name.
 *
 * @returns the exit status
 */
export function importCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      'dry-run': { type: 'boolean', default: false },
      files: { type: 'string' },
      'units-per-second': { type: 'string' },
      local: { type: 'string' },
    },
    allowPositionals: true,
  })
  return runImport(positionals, values)
}
