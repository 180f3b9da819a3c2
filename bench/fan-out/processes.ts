import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { type Calls, Child } from '../shared/rpc.ts'

const entries = {
  gateway: 'bench/fan-out/gateway.ts',
  receivers: 'bench/fan-out/receivers.ts',
  postingServer: 'bench/shared/posting-server.ts',
  tabletalk: 'bench/fan-out/variants/tabletalk.ts',
  scan: 'bench/fan-out/variants/scan.ts',
  members: 'bench/fan-out/variants/members.ts',
  unsigned: 'bench/fan-out/variants/unsigned.ts',
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The benchmark's processes, bundled to JavaScript, so that none of them runs a compiler. `close` deletes the files.
 */
export interface Processes {
  start<C extends Calls>(name: keyof typeof entries, environment?: Record<string, string>): Child<C>
  close(): Promise<void>
}

export async function bundleProcesses(): Promise<Processes> {
  // Inside the project, so that imports of packages resolve to its node_modules.
  await mkdir(join(root, '.tabletalk'), { recursive: true })
  const outdir = await mkdtemp(join(root, '.tabletalk', 'bench-'))
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  })
  return {
    start: (name, environment = {}) =>
      new Child(pathToFileURL(join(outdir, `${name}.mjs`)), { execArgv: [], env: { ...process.env, ...environment } }),
    close: () => rm(outdir, { recursive: true, force: true }),
  }
}
