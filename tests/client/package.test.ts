import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { buildClient } from '../../scripts/build-client/main.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
/** On Windows, npm and npx are scripts of its shell. */
const shell = process.platform === 'win32'

/** Outside the repository, so that no packages are found except the project's own. */
const directory = temporaryFolder()
/** The path of a project in which only the package is installed. */
let project: string
/** The path of the package within the project. */
let installed: string
beforeAll(async () => {
  project = join(directory, 'project')
  installed = join(project, 'node_modules/tabletalk')
  const built = join(directory, 'built')
  await buildClient(built)
  const { stdout } = await run('npm', ['pack', '--json', built], { cwd: directory, shell })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{"name":"application","private":true}')
  const install = ['install', '--offline', '--no-audit', '--no-fund', join(directory, filename)]
  await run('npm', install, { cwd: project, shell })
})

test('an application that uses the client gets at most 27 KB gzipped of it', async () => {
  const { outputFiles } = await build({
    ...{ stdin: { contents: `export { ChatClient, ChatError } from 'tabletalk/client'`, resolveDir: project } },
    ...{ absWorkingDir: project, bundle: true, minify: true, format: 'esm', platform: 'browser', write: false },
  })
  expect(gzipSync(outputFiles[0]!.text).length).toBeLessThanOrEqual(27 * 1024)
})

test.each(['index.js', 'node.js'])('%s with the tables of names and formats is at most 29 KB gzipped', async (file) => {
  expect(gzipSync(await readFile(join(installed, file))).length).toBeLessThanOrEqual(29 * 1024)
})

test('the hooks for React are at most 5 KB gzipped, and have neither React nor the client in them', async () => {
  const text = await readFile(join(installed, 'react.js'), 'utf8')
  expect(gzipSync(text).length).toBeLessThanOrEqual(5 * 1024)
  expect([...text.matchAll(/from"([^"]+)"/g)].map(([, name]) => name)).toContain('react')
  expect(text).not.toContain('joinRoom')
})

test('the bundle holds code of client and what of src/protocol needs no zod, and nothing else', async () => {
  const { metafile } = await build({
    ...{ entryPoints: ['client/index.ts'], absWorkingDir: root, bundle: true, format: 'esm' },
    ...{ platform: 'browser', metafile: true, write: false },
  })
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('client/'))
  expect(foreign.sort()).toEqual([
    'src/protocol/canonical-type.ts',
    'src/protocol/direct-room-name.ts',
    'src/protocol/limits.ts',
    'src/protocol/matches-content-type.ts',
    'src/protocol/permissions.ts',
    'src/protocol/printable-name.ts',
    'src/protocol/room-id.ts',
    'src/protocol/settings-of.ts',
  ])
})

test('an application that installs the package has it and nothing else', async () => {
  const packages = await readdir(join(project, 'node_modules'))
  expect(packages.filter((name) => !name.startsWith('.'))).toEqual(['tabletalk'])
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as object
  expect(manifest).toMatchObject({
    name: 'tabletalk',
    license: 'MIT',
    peerDependenciesMeta: { react: { optional: true }, ws: { optional: true } },
  })
  expect(Object.keys(manifest)).not.toContain('dependencies')
  expect((await readdir(installed)).sort()).toEqual([
    ...['LICENSE', 'README.md', 'chat.js', 'chat.js.map', 'index.js', 'index.js.map', 'look.js', 'look.js.map'],
    ...['node.js', 'node.js.map', 'package.json', 'react.js', 'react.js.map', 'types'],
  ])
})

/** Returns what a module of the application prints. */
async function application(code: string): Promise<string> {
  const file = join(project, 'application.mjs')
  await writeFile(file, code)
  return (await run(process.execPath, [file])).stdout
}

test('the package’s own name leads Node to the client that brings its own socket, and a browser’s bundler to the other', async () => {
  const printed = await application(
    `console.log(Object.keys(await import('tabletalk/client')).sort().join(), import.meta.resolve('tabletalk/client'))`,
  )
  expect(printed).toMatch(
    /^ChatClient,ChatError,UnauthorizedError,canonicalType,excessBytes,isDirectRoomId,matchesContentType,printableName,protocolLimits,showsNothing,tokenExpiry file:.*\/tabletalk\/node\.js\n$/,
  )

  const { metafile } = await build({
    ...{ stdin: { contents: `export * from 'tabletalk/client'`, resolveDir: project }, absWorkingDir: project },
    ...{ bundle: true, format: 'esm', platform: 'browser', metafile: true, write: false },
  })
  expect(Object.keys(metafile.inputs)).toContain('node_modules/tabletalk/index.js')
  expect(Object.values(metafile.outputs)[0]!.exports.sort()).toEqual([
    ...['ChatClient', 'ChatError', 'UnauthorizedError'],
    ...['canonicalType', 'excessBytes', 'isDirectRoomId', 'matchesContentType', 'printableName'],
    ...['protocolLimits', 'showsNothing', 'tokenExpiry'],
  ])
})

test.each([
  ['import', `await import('tabletalk')`],
  ['require', `(await import('node:module')).createRequire(import.meta.url)('tabletalk/client')`],
])('%s of the package gives the client', async (_, module) => {
  expect(await application(`console.log(typeof (${module}).ChatClient)`)).toBe('function\n')
})

test('where Node has no WebSocket and ws isn’t installed, the client says what to install', async () => {
  const printed = await application(`
    delete globalThis.WebSocket
    const { ChatClient } = await import('tabletalk/client')
    const client = new ChatClient({ url: 'ws://127.0.0.1:1/local', getToken: () => 'token' })
    client.on('status', ({ status, error }) => {
      if (status !== 'failed') return
      console.log(error.message)
      process.exit()
    })
    client.connect()
  `)
  expect(printed).toBe('unable to connect; Node before 22 needs the package ws: npm i ws\n')
})

test('npx tabletalk is the terminal client, and says how to use it', async () => {
  const npx = (...parameters: string[]) =>
    run('npx', ['tabletalk', ...parameters], {
      cwd: project,
      shell,
      env: { ...process.env, npm_config_offline: 'true' },
    }).catch((error: { stdout: string; stderr: string; code: number }) => error)
  const help = await npx('--help')
  expect(help).not.toHaveProperty('code')
  expect(help.stdout).toMatch(/^usage: npx tabletalk --as NAME /)
  const misused = await npx()
  expect(misused).toMatchObject({ code: 2 })
  expect(misused.stderr).toContain('usage: npx tabletalk --as NAME ')
})

test.each(['Bundler', 'NodeNext'])(
  'an application compiles against the published types, strictly, and a misspelt name does not: %s',
  async (resolution) => {
    const source = (event: string, field: string) => `
    import { ChatClient, type MessageEvent } from 'tabletalk/client'
    const client = new ChatClient({ url: 'wss://chat.example/prod', getToken: async () => 'token' })
    const kept: MessageEvent[] = []
    client.room('general').on('${event}', (message) => { kept.push(message) })
    export const content: string | undefined = kept[0]?.file?.${field}
    export const page: Promise<{ messages: MessageEvent[]; hasMore: boolean }> = client.room('general').history()
  `
    const module = resolution === 'Bundler' ? 'ESNext' : resolution
    const flags = ['--noEmit', '--strict', '--target', 'ES2022', '--module', module, '--moduleResolution', resolution]
    await writeFile(join(project, 'application.mts'), source('message', 'fileName'))
    await writeFile(join(project, 'misspelt.mts'), source('mesage', 'filename'))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const files = ['application.mts', 'misspelt.mts']
    const compiled = run(process.execPath, [tsc, ...flags, '--ignoreConfig', ...files], { cwd: project })
    const problems = (await compiled.catch((error: { stdout: string }) => error)).stdout
    expect(problems).not.toContain('application.mts')
    expect(problems).toContain('"mesage"')
    expect(problems).toContain("'filename'")
  },
)
