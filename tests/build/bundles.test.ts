import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { complaintsAbout } from '../../scripts/build-report/budget.ts'
import { bundleFunctions, type FunctionBundle, root } from '../../scripts/shared/bundling/bundle-functions.ts'
import { composition } from '../../scripts/build-report/composition.ts'
import { windowEnvironment } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import { deployedBundles } from '../support/deployed-bundles.ts'

const stack = loadStack()
const names = Object.keys(stack.functions)

describe('the functions, bundled', () => {
  let bundles: FunctionBundle[]
  beforeAll(async () => {
    bundles = await deployedBundles()
  })
  const bundle = (name: string): FunctionBundle => {
    const found = bundles.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no bundle ${name}`)
    return found
  }
  const packagesOf = (name: string) => composition(bundle(name)).map(([source]) => source)

  test('are those of stack.json', () => {
    expect(bundles.map(({ name }) => name)).toEqual(names)
  })

  test('are within their budgets, and only those that may post have the client for it', () => {
    expect(bundles.flatMap((one) => complaintsAbout(stack, one))).toEqual([])
  })

  test('of src/ws are at most 420 KB, the authorizer 60', () => {
    const most: Record<string, number> = { authorizer: 60_000 }
    for (const { name, code } of bundles) {
      if (!stack.functions[name]?.entry.startsWith('src/ws/')) continue
      expect(code.length, name).toBeLessThanOrEqual(most[name] ?? 420_000)
    }
  })

  test('carry no descriptions of the contract', async () => {
    const description = 'Mentions everybody in the room.'
    expect(await readFile(`${root}src/protocol/send-fields.ts`, 'utf8')).toContain(description)
    for (const { name, code } of bundles) expect(Buffer.from(code).includes(description), name).toBe(false)
  })

  test('of src/ws have nothing that posts in them, unlike the stream function', () => {
    const posting = /client-apigatewaymanagementapi|^src\/delivery\//
    const files = (name: string) => [...bundle(name).contents.keys()].filter((file) => posting.test(file))
    for (const name of names) {
      if (stack.functions[name]?.entry.startsWith('src/ws/')) expect(files(name), name).toEqual([])
    }
    expect(files('streams')).not.toEqual([])
  })

  test('load the SDK from beside, and the client that posts only where they may post', () => {
    for (const one of bundles) {
      const { touches } = stack.functions[one.name]!
      const usesTable = (touches.table ?? touches.index) !== undefined
      expect([...one.besides.keys()], one.name).toEqual([
        // For secrets and queues, which Terraform names.
        ...(usesTable || touches.bucket || one.name === stack.webhooks.function ? ['sdk-credentials.mjs'] : []),
        ...(touches.connections ? ['sdk-gateway.mjs'] : []),
        ...(usesTable ? ['sdk-table.mjs'] : []),
      ])
      expect(packagesOf(one.name), one.name).not.toContain('@aws-sdk/client-dynamodb')
    }
  })

  test('are byte for byte the same when they are built again', async () => {
    const again = await bundleFunctions(stack.functions)
    for (const [index, { name, code, sourceMap }] of again.entries()) {
      expect(Buffer.compare(code, bundles[index]?.code ?? code.subarray(1)), name).toBe(0)
      expect(Buffer.compare(sourceMap, bundles[index]?.sourceMap ?? code), name).toBe(0)
    }
  })

  test('say nothing of this machine', () => {
    for (const { name, code, sourceMap } of bundles) {
      const text = Buffer.concat([code, sourceMap]).toString()
      expect(text.includes(root), name).toBe(false)
      expect(text.includes('sourceMappingURL'), name).toBe(false)
    }
  })

  test('hold only what the function uses', () => {
    expect(packagesOf('authorizer')).not.toContain('electrodb')
    for (const name of names) {
      const s3 = [...bundle(name).contents].filter(([file]) => file.includes('/client-s3/')).map(([, bytes]) => bytes)
      if (!['objectCreated', 'thumbnails', 'followups', 'janitor'].includes(name))
        expect(Math.max(0, ...s3), name).toBeLessThan(100)
      expect(packagesOf(name), name).not.toContain('@aws-sdk/credential-provider-ini')
      expect(
        [...bundle(name).contents.keys()].filter((file) => /zod.*locales\/(?!en\.|index\.)/.test(file)),
        name,
      ).toEqual([])
    }
  })

  test('read no setting that Terraform does not give them', async () => {
    const given = new Map(names.map((name) => [name, settingsOf(name)]))
    for (const { name, contents } of bundles) {
      const sources = [...contents]
        .filter(([file, bytes]) => bytes > 0 && file.startsWith('src/'))
        .map(([file]) => file)
      const text = (await Promise.all(sources.map((file) => readFile(`${root}${file}`, 'utf8')))).join('\n')
      const read = [...text.matchAll(/\b(?:required|optional)\('([A-Z0-9_]+)'/g)].map(([, setting = '']) => setting)
      const unknown = read.filter((setting) => !given.get(name)?.includes(setting) && !setting.startsWith('AWS_'))
      // These have a default, and are read by modules of which the function uses other parts. The timeouts are for a
      // busy machine.
      const timeouts = ['TABLE_TIMEOUT_MS', 'POST_TIMEOUT_MS', 'JWKS_TIMEOUT_MS']
      const unused = ['ALLOWED_CONTENT_TYPES', 'MAX_FILE_BYTES', 'FILES_BUCKET', 'TABLE_NAME', ...timeouts]
      expect(
        unknown.filter((setting) => !unused.includes(setting)),
        name,
      ).toEqual([])
    }
  })

  function settingsOf(name: string): string[] {
    const { touches, settings = [] } = stack.functions[name] as {
      touches: Record<string, unknown>
      settings?: string[]
    }
    return [
      ...settings,
      ...((touches.table ?? touches.index) ? ['TABLE_NAME', 'TABLE_CLIENT'] : []),
      ...(touches.bucket ? ['FILES_BUCKET'] : []),
      ...(touches.connections ? ['CONNECTIONS_ENDPOINT'] : []),
      ...(name === stack.stream.function ? Object.keys(windowEnvironment(stack.stream.window)) : []),
    ]
  }
})
