import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse: (file: string, text: string) => Promise<unknown>
}

const folder = new URL('../../terraform/', import.meta.url)
const files = (await readdir(folder, { recursive: true })).filter(
  (file) => file.endsWith('.tf') && !file.includes('.terraform/'),
)

type Block = Record<string, unknown>
type Typed = Record<string, Record<string, [Block]>>

const parsed = await Promise.all(
  files.map(async (file) => {
    const text = await readFile(new URL(file, folder), 'utf8')
    return { file, text, ...((await parse(file, text)) as { resource?: Typed; data?: Typed; terraform?: [Block] }) }
  }),
)

/**
 * What version 6 has removed from the resources that the stack and its examples use:
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade
 */
const REMOVED: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_account: ['reset_on_delete'],
  aws_api_gateway_deployment: ['canary_settings', 'stage_description', 'stage_name'],
  aws_cloudfront_response_headers_policy: ['etag'],
}

/** The argument that version 6 gives every resource and data source, and version 5 doesn't have. */
const ONLY_IN_6 = 'region'

test('uses nothing of the AWS provider that version 6 has removed, and nothing that version 5 lacks', () => {
  const used = parsed.flatMap(({ file, resource = {}, data = {} }) =>
    [resource, data].flatMap((typed) =>
      Object.entries(typed).flatMap(([type, named]) =>
        Object.values(named).map(([block]) => ({ file, type, names: Object.keys(block) })),
      ),
    ),
  )
  expect(used.length).toBeGreaterThan(80)
  for (const { file, type, names } of used) {
    for (const name of [...(REMOVED[type] ?? []), ONLY_IN_6]) expect(names, `${type} in ${file}`).not.toContain(name)
  }
})

test('asks for the Region by what both versions have', () => {
  for (const { file, text } of parsed) expect(text, file).not.toMatch(/data\.aws_region\.\w+\.(name|region)\b/)
})

test('every module and root allows the versions from 5.100 up to 7', async () => {
  const asking = parsed.flatMap(({ file, terraform: [block] = [{}] }) => {
    const [providers] = (block.required_providers ?? []) as [{ aws?: { version: string } }?]
    return providers?.aws === undefined ? [] : [[file, providers.aws.version]]
  })
  expect(asking.length).toBeGreaterThan(6)
  for (const [file, version] of asking) expect(version, file).toBe('>= 5.100, < 7.0')
})

test('the module has no provider of its own, and so can be used many times', async () => {
  for (const { file, text } of parsed) {
    const isRoot = /^(root|ci-roles|examples\/[\w-]+)\//.test(file.replaceAll('\\', '/'))
    expect(/^provider "/m.test(text) && !isRoot, fileURLToPath(new URL(file, folder))).toBe(false)
  }
})
