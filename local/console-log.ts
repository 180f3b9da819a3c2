import { inspect } from 'node:util'
import type { Log } from './contracts.ts'

/** Warnings and errors as lines on stderr; `verbose` adds what is merely informative. */
export function consoleLog({ verbose = false }: { verbose?: boolean } = {}): Log {
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    process.stderr.write(`${level} ${message}${fields ? ` ${format(fields)}` : ''}\n`)
  }
  return { info: verbose ? write('info ') : () => {}, warn: write('warn '), error: write('error') }
}

/** On one line, but for traces. */
function format(fields: Record<string, unknown>): string {
  const { trace, ...others } = fields
  const line = inspect(others, { breakLength: Infinity, depth: 5 })
  return typeof trace === 'string' ? `${line}\n${trace}` : line
}
