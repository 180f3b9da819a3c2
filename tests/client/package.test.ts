import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient } from '../../scripts/build-client.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

/** A project that has the package installed. */
let project: string
/** What is published, within it. */
let outDir: string
beforeAll(async () => {
  // Within the repository, where Node and the compiler find the packages that it has.
  await mkdir(join(root, 'dist'), { recursive: true })
  project = await mkdtemp(join(root, 'dist/client-test-'))
  const installed = join(project, 'node_modules/tabletalk')
  outDir = join(installed, 'dist/client')
  await buildClient(outDir)
  await copyFile(join(root, 'package.json'), join(installed, 'package.json'))
  // Otherwise `tabletalk` would be this repository's own name for itself.
  await writeFile(join(project, 'package.json'), '{"name":"application","private":true}')
})
afterAll(() => rm(project, { recursive: true, force: true }))

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

test('the package’s own name leads Node to the client that brings its own socket, and a browser’s bundler to the other', async () => {
  const file = join(project, 'names.mjs')
  await writeFile(
    file,
    `console.log(Object.keys(await import('tabletalk/client')).sort().join(), import.meta.resolve('tabletalk/client'))`,
  )
  const { stdout } = await run(process.execPath, [file])
  expect(stdout).toMatch(/^ChatClient,ChatError,UnauthorizedError file:.*\/dist\/client\/node\.js\n$/)

  const { metafile } = await build({
    ...{ stdin: { contents: `export * from 'tabletalk/client'`, resolveDir: project }, absWorkingDir: project },
    ...{ bundle: true, format: 'esm', platform: 'browser', metafile: true, write: false },
  })
  expect(Object.keys(metafile.inputs)).toContain('node_modules/tabletalk/dist/client/index.js')
  expect(Object.values(metafile.outputs)[0]!.exports.sort()).toEqual(['ChatClient', 'ChatError', 'UnauthorizedError'])
})

test('npm publishes the client and nothing else of the repository', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: join(outDir, '../..'),
  })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['dist/client/index.js', 'dist/client/node.js', 'dist/client/chat.js']))
  expect(paths.filter((path) => path !== 'package.json' && !path.startsWith('dist/client/'))).toEqual([])
})

test('npx tabletalk is the terminal client', async () => {
  const bin = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { bin: { tabletalk: string } }).bin
    .tabletalk
  const { stderr } = await run(process.execPath, [join(outDir, '../..', bin)]).catch(
    (error: { stderr: string }) => error,
  )
  expect(stderr).toContain('usage: npm run chat')
  expect(await readFile(join(outDir, '../..', bin), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test.each(['Bundler', 'NodeNext'])(
  'an application compiles against the published types, strictly, and a misspelt event does not: %s',
  async (resolution) => {
    const file = join(project, 'application.mts')
    const application = (event: string) => `
    import { ChatClient, type MessageEvent } from 'tabletalk/client'
    const client = new ChatClient({ url: 'wss://chat.example/prod', getToken: async () => 'token' })
    const kept: MessageEvent[] = []
    client.room('general').on('${event}', (message) => { kept.push(message) })
    export const content: string | undefined = kept[0]?.file?.fileName
  `
    const module = resolution === 'Bundler' ? 'ESNext' : resolution
    const flags = ['--noEmit', '--strict', '--target', 'ES2022', '--module', module, '--moduleResolution', resolution]
    const compile = async (event: string) => {
      await writeFile(file, application(event))
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      return run(process.execPath, [tsc, ...flags, '--ignoreConfig', file]).catch((error: { stdout: string }) => error)
    }
    expect((await compile('message')).stdout).toBe('')
    expect((await compile('mesage')).stdout).toContain('"mesage"')
  },
)
