import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { filesOf, root } from '../../scripts/shared/bundling/bundle-functions.ts'
import { loadStack } from '../../terraform/stack.ts'
import { deployedBundles } from '../support/deployed-bundles.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const run = promisify(execFile)

/** Does what Lambda does with an archive: unpacks it, imports `index.mjs`, and calls `handler`. */
interface UnpackedBundle {
  /** Calls a function in a fresh process, once for each event in turn. Returns its results. */
  call(functionName: string, environment: Record<string, string>, events: object[]): Promise<unknown[]>
  /** Does the same, and returns the lines that the function printed. */
  printed(functionName: string, environment: Record<string, string>, events: object[]): Promise<string[]>
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
  const folder = temporaryFolder()
  for (const bundle of await deployedBundles()) {
    await mkdir(join(folder, bundle.name))
    for (const [file, content] of filesOf(bundle)) await writeFile(join(folder, bundle.name, file), content)
  }
  // This machine's binary, in place of the one for Lambda's machines that is zipped with the function.
  const sharp = join(folder, loadStack().bucket.thumbnails.function, 'node_modules')
  await symlink(join(root, 'node_modules'), sharp, 'junction')
  const called = async (functionName: string, environment: Record<string, string>, events: object[]) => {
    const file = pathToFileURL(join(folder, functionName, 'index.mjs')).href
    const args = ['--input-type=module', '--eval', CALL, file, JSON.stringify(events)]
    const { stdout } = await run(process.execPath, args, { env: environment })
    return stdout.split('\n')
  }
  return {
    async call(...args) {
      return JSON.parse((await called(...args)).at(-1) ?? '') as unknown[]
    },
    async printed(...args) {
      return (await called(...args)).slice(0, -1)
    },
  }
}
