import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadStack } from '../../terraform/stack.ts'
import { actions } from '../../src/protocol/actions.ts'
import { serverActions } from '../../src/protocol/server-api.ts'
import { circles, importsOf, root, sources } from './sources.ts'

const { functions, routes, authorizer, serverApi, schedules, stream, followups, webhooks, bucket } = loadStack()

/**
 * What the files of a folder may import besides files of their own folder. The longest matching folder applies. A file
 * with a row of its own has only that row, and `/**` stands for all folders below.
 */
const allowed: Record<string, string[]> = {
  'src/protocol': [],
  'src/env.ts': [],
  'src/errors.ts': ['src/protocol'],
  'src/logger.ts': ['src/env.ts', 'src/trace.ts'],
  'src/trace.ts': [],
  'src/aws': ['src/env.ts'],
  'src/entities': ['src/aws', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  'src/rooms': ['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  'src/files': ['src/aws', 'src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  'src/search': ['src/entities', 'src/env.ts', 'src/errors.ts'],
  'src/changes': ['src/rooms', 'src/files', 'src/entities', 'src/errors.ts', 'src/protocol'],
  'src/delivery': [
    ...['src/changes', 'src/files', 'src/entities', 'src/errors.ts', 'src/protocol', 'src/delivery/posting'],
  ],
  'src/delivery/posting': ['src/aws', 'src/env.ts'],
  // Without `src/delivery`: a WebSocket route posts to nobody (invariant 1).
  'src/ws': [
    ...['src/changes', 'src/rooms', 'src/search', 'src/files'],
    ...['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  'src/ws/actions': [
    ...['src/ws', 'src/changes', 'src/rooms', 'src/search', 'src/files'],
    ...['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  'src/ws/routes': ['src/ws', 'src/ws/actions', 'src/entities', 'src/env.ts', 'src/protocol'],
  // The other transport of the same actions. It posts to nobody either.
  'src/http': [
    'src/http/actions',
    'src/ws',
    'src/ws/actions',
    'src/entities',
    'src/env.ts',
    'src/errors.ts',
    'src/protocol',
  ],
  'src/http/actions': [
    ...['src/http', 'src/ws', 'src/changes', 'src/rooms', 'src/files'],
    ...['src/entities', 'src/errors.ts', 'src/protocol'],
  ],
  'src/http/routes': ['src/http', 'src/ws', 'src/protocol'],
  'src/streams': [
    ...['src/changes', 'src/rooms', 'src/files', 'src/delivery', 'src/delivery/posting'],
    ...['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  // The other reader of the stream, which delivers nothing.
  'src/followups': [
    ...['src/streams/batch-response.ts', 'src/streams/batch-cache.ts', 'src/streams/read-row.ts'],
    ...['src/aws', 'src/changes', 'src/rooms', 'src/search', 'src/files'],
    ...['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  'src/uploads': [
    ...['src/rooms', 'src/files', 'src/delivery', 'src/delivery/posting'],
    ...['src/entities', 'src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  'src/archive': ['src/files', 'src/entities', 'src/protocol'],
  // The janitor posts to nobody either.
  'src/janitor': [
    ...['src/archive', 'src/changes', 'src/rooms', 'src/files', 'src/entities'],
    ...['src/env.ts', 'src/errors.ts', 'src/protocol'],
  ],
  // Posts to webhooks, and to no connection.
  'src/webhooks': ['src/aws', 'src/env.ts', 'src/protocol'],
  client: ['src/protocol'],
  // Only what users of the SDK can import.
  'client/react': ['client/index.ts'],
  // Only the SDK as its users have it.
  'web/src': ['client/index.ts', 'client/look.ts', 'client/react/index.ts'],
  web: [],
  'terraform/stack.ts': [],
  // It knows the handlers only through the stack. The user id of a development token is part of the protocol.
  local: ['src/protocol', 'terraform/stack.ts', 'web'],
  scripts: ['src/**', 'client', 'local', 'terraform/stack.ts', 'web'],
  bench: ['src/**', 'client', 'local', 'terraform/stack.ts', 'scripts'],
  examples: ['client', 'client/react'],
  tests: [
    ...['src/**', 'client', 'client/react', 'local', 'terraform/stack.ts', 'web/**'],
    ...['scripts', 'bench', 'examples'],
  ],
}

// Entities, rooms and files throw. The folders that know the event log the error with it.
for (const folder of [
  'delivery',
  'ws',
  'ws/actions',
  'ws/routes',
  'http',
  'http/actions',
  'http/routes',
  'streams',
  'uploads',
  'janitor',
  'followups',
  'webhooks',
]) {
  allowed[`src/${folder}`]!.push('src/logger.ts', 'src/trace.ts')
}

/** Returns the row of `allowed` that applies to a file. */
const folderOf = (file: string): string | undefined =>
  Object.keys(allowed)
    .filter((folder) => file === folder || file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0]

const mayImport = (file: string, imported: string): boolean => {
  const from = folderOf(file)!
  const to = folderOf(imported)
  return (
    from === to ||
    allowed[from]!.some((row) =>
      row.endsWith('/**') ? imported.startsWith(row.slice(0, -2)) : row === to || row === imported,
    )
  )
}

describe('imports point one way', () => {
  test('every source belongs to a folder that has a rule', () => {
    expect(sources.length).toBeGreaterThan(400)
    expect(sources.filter((file) => folderOf(file) === undefined)).toEqual([])
  })

  test('ws, streams and uploads → rooms, files and delivery → entities → protocol; client and local → protocol', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .relative.filter((imported) => !mayImport(file, imported))
        .map((imported) => `${file} → ${imported}`),
    )
    expect(wrong).toEqual([])
  })

  test('no file imports itself by way of others', () => {
    expect(circles(sources)).toEqual([])
  })

  test('only the entities name electrodb, and only posting the client that posts', () => {
    const naming = (name: string) =>
      sources.filter((file) => file.startsWith('src/') && importsOf(file).packages.includes(name))
    expect(naming('electrodb').filter((file) => folderOf(file) !== 'src/entities')).toEqual([])
    expect(naming('@aws-sdk/client-apigatewaymanagementapi')).toEqual(['src/delivery/posting/sdk-gateway.ts'])
  })

  test('entities know no Lambda event', () => {
    const entities = sources.filter((file) => folderOf(file) === 'src/entities')
    expect(entities.flatMap((file) => importsOf(file).packages)).not.toContain('aws-lambda')
  })

  test('an action knows nothing of WebSocket events, nor does anything that it imports', () => {
    const known = new Set(sources.filter((file) => folderOf(file) === 'src/ws/actions'))
    for (const file of known) for (const imported of importsOf(file).relative) known.add(imported)
    const knowing = [...known].filter((file) => importsOf(file).packages.includes('aws-lambda'))
    expect([...knowing, ...[...known].filter((file) => file.startsWith('src/ws/routes/'))]).toEqual([])
  })
})

describe('the stack and the sources', () => {
  test.each(Object.entries(functions))('the entry of %s is there and exports a handler', (_name, { entry }) => {
    expect(existsSync(join(root, entry))).toBe(true)
    expect(readFileSync(join(root, entry), 'utf8')).toMatch(/^export (?:const|(?:async )?function) handler\b/m)
  })

  test('every action has a route with a reply, and every other route is one of API Gateway’s', () => {
    const own = Object.keys(routes).filter((route) => !route.startsWith('$'))
    expect(own.sort()).toEqual(Object.keys(actions).sort())
    for (const route of own) expect(routes[route]).toMatchObject({ reply: true })
    expect(
      Object.keys(routes)
        .filter((route) => route.startsWith('$'))
        .sort(),
    ).toEqual(['$connect', '$default', '$disconnect'])
  })

  test.each(Object.entries(functions))(
    '%s handles the actions whose routes call it, and no others',
    (name, { entry }) => {
      const called = Object.keys(actions).filter((action) => routes[action]?.function === name)
      const source = readFileSync(join(root, entry), 'utf8')
      const handled = /^export const handler = route(?:With\(undefined,|\()([^)]*)\)$/m.exec(source)?.[1]
      expect(
        (handled ?? '')
          .split(/,\s*/)
          .map((name) => name.trim())
          .filter(Boolean)
          .sort(),
      ).toEqual(called.sort())
    },
  )

  test('every function that is called exists, and every function is called', () => {
    const called = [
      authorizer,
      serverApi.function,
      serverApi.authorizer,
      stream.function,
      followups.function,
      webhooks.function,
      bucket.notification.function,
      bucket.thumbnails.function,
      ...Object.values(schedules).map((schedule) => schedule.function),
      ...Object.values(routes).map((route) => route.function),
    ]
    expect([...new Set(called)].sort()).toEqual(Object.keys(functions).sort())
  })

  test('the server API’s function may do, and is told, what the functions of its actions may and are', () => {
    const server = functions[serverApi.function]!
    const others = serverActions.flatMap((action) => functions[routes[action]?.function ?? ''] ?? [])
    for (const { touches, settings = [] } of others) {
      expect(server.settings).toEqual(expect.arrayContaining(settings))
      for (const [part, rights] of Object.entries(touches)) {
        expect(server.touches[part as keyof typeof touches] ?? []).toEqual(expect.arrayContaining(rights))
      }
    }
  })

  test('only connect is authorized: the gateway asks once', () => {
    const authorized = Object.entries(routes).filter(([, route]) => route.authorized === true)
    expect(authorized.map(([route]) => route)).toEqual(['$connect'])
  })
})

/** Returns everything that an entry imports, directly or not, even if the bundler then removes it as unused. */
function reachable(inputs: Metafile['inputs'], entry: string): string[] {
  const seen = new Set([entry])
  for (const file of seen) for (const { path } of inputs[file]?.imports ?? []) seen.add(path)
  return [...seen]
}

describe('what is in a function’s bundle', () => {
  let inputs: Map<string, string[]>
  beforeAll(async () => {
    const { metafile } = await build({
      entryPoints: Object.entries(functions).map(([name, { entry }]) => ({ out: name, in: join(root, entry) })),
      absWorkingDir: root,
      outdir: 'dist',
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
    })
    inputs = new Map(Object.values(functions).map(({ entry }) => [entry, reachable(metafile.inputs, entry)]))
  })

  const posts = (file: string) => file.includes('client-apigatewaymanagementapi') || file.startsWith('src/delivery/')
  const mayPost = Object.entries(functions).filter(([, { touches }]) => touches.connections !== undefined)
  const mayNot = Object.entries(functions).filter(([, { touches }]) => touches.connections === undefined)

  test.each(mayNot)('%s can post to nobody: it has neither the client nor the fan-out', (_name, { entry }) => {
    expect(inputs.get(entry)!.length).toBeGreaterThan(1)
    expect(inputs.get(entry)!.filter(posts)).toEqual([])
  })

  test('no function under src/ws or src/http may post, and those that may have the client', () => {
    expect(mayPost.map(([, { entry }]) => entry).filter((entry) => /^src\/(?:ws|http)\//.test(entry))).toEqual([])
    for (const [, { entry }] of mayPost) expect(inputs.get(entry)!.some(posts)).toBe(true)
  })

  test('no function carries anything of the local runtime or of a test', () => {
    for (const files of inputs.values()) {
      expect(files.filter((file) => file.startsWith('local/') || file.startsWith('tests/'))).toEqual([])
    }
  })
})
