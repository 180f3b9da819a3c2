import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadStack } from '../../terraform/stack.ts'
import { actions } from '../../src/protocol/actions.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { functions, routes, authorizer, stream, bucket } = loadStack()

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file))

/** `src/ws/send.ts` is of `ws`, `src/errors.ts` of `errors`. */
const layerOf = (file: string) => file.split('/')[1]!.replace(/\.ts$/, '')

/** The modules that a source names, types too: a layer that knows another's types knows it. */
function importsOf(file: string): { relative: string[]; packages: string[] } {
  const text = readFileSync(join(root, file), 'utf8')
  const named = [...text.matchAll(/(?:^|[\s;])(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name!)
  return {
    relative: named
      .filter((name) => name.startsWith('.'))
      .map((name) => normalize(join(dirname(file), name.replace(/\?.*$/, '')))),
    packages: named.filter((name) => !name.startsWith('.')),
  }
}

/** What each layer may import beside itself. */
const allowed: Record<string, string[]> = {
  protocol: [],
  errors: ['protocol'],
  entities: ['errors', 'protocol'],
  // Signing a file's URL and its form: nothing of it posts.
  ws: ['entities', 'errors', 'protocol', 'uploads'],
  // `streams` signs the URLs of what it tells; `uploads` tells by the same fan-out.
  streams: ['entities', 'errors', 'protocol', 'uploads'],
  uploads: ['entities', 'errors', 'protocol', 'streams'],
  client: ['protocol'],
  // The handlers it sees through the stack only; a development token's user id is of the protocol.
  local: ['protocol'],
}

/** The only ways between the two that may see each other, so that they never make a ring. */
const doors: Record<string, string[]> = {
  'ws uploads': ['bucket-settings.ts', 'media-types.ts', 'message-event.ts', 'presign-get.ts', 'presign-post.ts'],
  'streams uploads': ['message-event.ts'],
  'uploads streams': ['fan-out.ts', 'post.ts', 'report-failures.ts'],
}

describe('imports point one way', () => {
  test('every source belongs to a layer that has a rule', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect([...new Set(sources.map(layerOf))].filter((layer) => allowed[layer] === undefined)).toEqual([])
  })

  test('the page knows the SDK, and nothing else of ours', () => {
    const page = readdirSync(join(root, 'web/src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.tsx?$/.test(file),
    )
    expect(page.length).toBeGreaterThan(30)
    const outside = page
      .flatMap((file) => importsOf(join('web/src', file)).relative)
      .filter((path) => !path.startsWith('web/src/'))
    expect([...new Set(outside)]).toEqual(['client/index.ts'])
  })

  test('ws, streams and uploads → entities → protocol; client and local → protocol', () => {
    const wrong = sources.flatMap((file) => {
      const layer = layerOf(file)
      return importsOf(file)
        .relative.filter((imported) => imported.startsWith('src/') && layerOf(imported) !== layer)
        .filter((imported) => !allowed[layer]!.includes(layerOf(imported)))
        .map((imported) => `${file} → ${imported}`)
    })
    expect(wrong).toEqual([])
  })

  test('layers that see each other do so through the files named for it', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .relative.filter((imported) => {
          const door = doors[`${layerOf(file)} ${layerOf(imported)}`]
          return door !== undefined && !door.includes(imported.split('/')[2]!)
        })
        .map((imported) => `${file} → ${imported}`),
    )
    expect(wrong).toEqual([])
  })

  test('only the fan-out names the client that posts', () => {
    const posting = sources.filter((file) =>
      importsOf(file).packages.includes('@aws-sdk/client-apigatewaymanagementapi'),
    )
    expect(posting).toEqual(['src/delivery/posting/post.ts'])
  })

  test('entities know no Lambda event', () => {
    const entities = sources.filter((file) => layerOf(file) === 'entities')
    expect(entities.flatMap((file) => importsOf(file).packages)).not.toContain('aws-lambda')
  })
})

describe('the stack and the sources', () => {
  test.each(Object.entries(functions))('the entry of %s is there and exports a handler', (_name, { entry }) => {
    expect(existsSync(join(root, entry))).toBe(true)
    expect(readFileSync(join(root, entry), 'utf8')).toMatch(/^export (?:const|(?:async )?function) handler\b/m)
  })

  test('every action has a route of its own name with a reply, and every other route is one of API Gateway’s', () => {
    const own = Object.keys(routes).filter((route) => !route.startsWith('$'))
    expect(own.sort()).toEqual(Object.keys(actions).sort())
    for (const route of own) expect(routes[route]).toEqual({ function: route, reply: true })
    expect(
      Object.keys(routes)
        .filter((route) => route.startsWith('$'))
        .sort(),
    ).toEqual(['$connect', '$default', '$disconnect'])
  })

  test('every function that is called exists, and every function is called', () => {
    const called = [
      authorizer,
      stream.function,
      bucket.notification.function,
      ...Object.values(routes).map((route) => route.function),
    ]
    expect([...new Set(called)].sort()).toEqual(Object.keys(functions).sort())
  })

  test('only connect is authorized: the gateway asks once', () => {
    const authorized = Object.entries(routes).filter(([, route]) => route.authorized === true)
    expect(authorized.map(([route]) => route)).toEqual(['$connect'])
  })
})

/** All that an entry imports, directly or not, whether or not the bundler then finds that it is used. */
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

  const posts = (file: string) => file.includes('client-apigatewaymanagementapi') || file.startsWith('src/streams/')
  const mayPost = Object.entries(functions).filter(([, { touches }]) => touches.connections !== undefined)
  const mayNot = Object.entries(functions).filter(([, { touches }]) => touches.connections === undefined)

  test.each(mayNot)('%s can post to nobody: it has neither the client nor the fan-out', (_name, { entry }) => {
    expect(inputs.get(entry)!.length).toBeGreaterThan(1)
    expect(inputs.get(entry)!.filter(posts)).toEqual([])
  })

  test('no function under src/ws may post, and those that may have the client', () => {
    expect(mayPost.map(([, { entry }]) => entry).filter((entry) => entry.startsWith('src/ws/'))).toEqual([])
    for (const [, { entry }] of mayPost) expect(inputs.get(entry)!.some(posts)).toBe(true)
  })

  test('no function carries anything of the local runtime or of a test', () => {
    for (const files of inputs.values()) {
      expect(files.filter((file) => file.startsWith('local/') || file.startsWith('tests/'))).toEqual([])
    }
  })
})
