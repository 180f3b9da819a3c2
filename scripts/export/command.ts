import { parseArgs } from 'node:util'
import { runExport } from './run.ts'

/**
 * Runs the command with the words that follow its name.
 *
 * @returns the exit status
 */
export function exportCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
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
  return runExport(values)
}
