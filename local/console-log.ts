import { inspect } from 'node:util'
import type { Log } from './contracts.ts'

/** Returns a log that writes warnings and errors as lines to stderr; with `verbose`, informative lines too. */
export function consoleLog({ verbose = false }: { verbose?: boolean } = {}): Log {
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    process.stderr.write(`${level} ${message}${fields ? ` ${format(fields)}` : ''}\n`)
  }
  return { info: verbose ? write('info ') : () => {}, warn: write('warn '), error: write('error') }
}

/** Formats the fields on one line. A trace follows on lines of its own. */
function format(fields: Record<string, unknown>): string {
  const { trace, ...others } = fields
  const line = inspect(others, { breakLength: Infinity, depth: 5 })
  return typeof trace === 'string' ? `${line}\n${trace}` : line
}
