import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { bundleFunctions } from '../../scripts/bundling/bundle-functions.ts'
import { loadStack } from '../../src/local/stack.ts'

const run = promisify(execFile)

/** What Lambda does with an archive: unpack it somewhere, import `index.mjs`, call `handler`. */
export interface UnpackedBundle {
  /** Calls a function in a fresh process, once for each event in turn, and resolves to what it returned. */
  call(functionName: string, environment: Record<string, string>, events: object[]): Promise<unknown[]>
  close(): Promise<void>
}

const CALL = `
  const [, file, events] = process.argv
  const { handler } = await import(file)
  const returned = []
  for (const event of JSON.parse(events)) returned.push(await handler(event))
  process.stdout.write('\\n' + JSON.stringify(returned))
  process.exit()
`

export async function unpackBundles(): Promise<UnpackedBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'tabletalk-bundles-'))
  for (const { name, code } of await bundleFunctions(loadStack().functions)) {
    await writeFile(join(folder, `${name}.mjs`), code)
  }
  return {
    async call(functionName, environment, events) {
      const file = pathToFileURL(join(folder, `${functionName}.mjs`)).href
      const args = ['--input-type=module', '--eval', CALL, file, JSON.stringify(events)]
      const { stdout } = await run(process.execPath, args, { env: environment })
      return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as unknown[]
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
