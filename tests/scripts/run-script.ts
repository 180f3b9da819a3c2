import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs a script of `scripts/` to its end, in a process of its own. */
export function runScript(script: string, args: readonly string[], environment: Record<string, string> = {}) {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS$|FORCE_COLOR$|VITEST)/.test(name)),
  )
  return new Promise<Ended>((resolve) => {
    const options = { cwd: root, env: { ...inherited, NO_COLOR: '1', ...environment }, maxBuffer: 2 ** 26 }
    execFile(
      process.execPath,
      ['--import', 'tsx', `scripts/${script}/main.ts`, ...args],
      options,
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, stdout, stderr })
      },
    )
  })
}
