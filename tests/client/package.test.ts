import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient } from '../../scripts/build-client.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

let outDir: string
beforeAll(async () => {
  // Within the repository, where Node and the compiler find the packages that it has.
  await mkdir(join(root, 'dist'), { recursive: true })
  outDir = await mkdtemp(join(root, 'dist/client-test-'))
  await buildClient(outDir)
})
afterAll(() => rm(outDir, { recursive: true, force: true }))

test.each(['index.js', 'node.js'])('%s is at most 15 KB gzipped', async (file) => {
  expect(gzipSync(await readFile(join(outDir, file))).length).toBeLessThanOrEqual(15 * 1024)
})

test('the bundle holds code of src/client and the limits of src/protocol, and nothing else', async () => {
  const { metafile } = await build({
    ...{ entryPoints: ['src/client/index.ts'], absWorkingDir: root, bundle: true, format: 'esm' },
    ...{ platform: 'browser', metafile: true, write: false },
  })
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('src/client/'))
  expect(foreign).toEqual(['src/protocol/limits.ts'])
})

test('what is published exports the client, and Node’s brings its own socket', async () => {
  const load = (file: string) =>
    import(/* @vite-ignore */ pathToFileURL(join(outDir, file)).href) as Promise<Record<string, unknown>>
  const [browser, node] = await Promise.all([load('index.js'), load('node.js')])
  expect(Object.keys(browser).sort()).toEqual(['ChatClient', 'ChatError', 'UnauthorizedError'])
  expect(Object.keys(node).sort()).toEqual(['ChatClient', 'ChatError', 'UnauthorizedError'])
})

test('an application compiles against the published types, strictly, and a misspelt event does not', async () => {
  const file = join(outDir, 'application.ts')
  const application = (event: string) => `
    import { ChatClient, type MessageEvent } from './types/client/index.js'
    const client = new ChatClient({ url: 'wss://chat.example/prod', getToken: async () => 'token' })
    const kept: MessageEvent[] = []
    client.room('general').on('${event}', (message) => { kept.push(message) })
    export const content: string | undefined = kept[0]?.file?.fileName
  `
  const flags = ['--noEmit', '--strict', '--target', 'ES2022', '--module', 'ESNext', '--moduleResolution', 'Bundler']
  const compile = async (event: string) => {
    await writeFile(file, application(event))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return run(process.execPath, [tsc, ...flags, '--ignoreConfig', file]).catch((error: { stdout: string }) => error)
  }
  expect((await compile('message')).stdout).toBe('')
  expect((await compile('mesage')).stdout).toContain('"mesage"')
})
