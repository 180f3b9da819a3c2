import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openApiDocument, openApiFile } from '../../scripts/docs/openapi.ts'
import { statusOf } from '../../src/http/status-of.ts'
import { serverActions } from '../../src/protocol/server-api.ts'

interface Content {
  'application/json': { schema: object; example?: unknown }
}
interface Operation {
  operationId: string
  requestBody: { content: Content }
  responses: Record<string, { content?: Content; $ref?: string }>
}

let text: string
let document: { paths: Record<string, { post: Operation }>; components: { schemas: Record<string, object> } }

beforeAll(async () => {
  text = await readFile(openApiFile, 'utf8')
  document = parse(text) as typeof document
})

test('docs/openapi.yaml is what the schemas generate: run `npm run docs`', async () => {
  expect(text).toBe(await openApiDocument())
})

test('it is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(text)).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('every action of the server API has a path, and the batch', () => {
  expect(Object.keys(document.paths).sort()).toEqual([...serverActions, 'batch'].map((name) => `/v1/${name}`).sort())
})

test('every operation has every status of an error', () => {
  const statuses = [...new Set(Object.values(statusOf))].map(String).sort()
  for (const { post } of Object.values(document.paths)) {
    expect(Object.keys(post.responses).sort()).toEqual(['200', ...statuses])
  }
})

test('every example is valid by its schema', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'openapi')
  const whole = (schema: object) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as Record<string, unknown>
  for (const { post } of Object.values(document.paths)) {
    const contents = [post.requestBody.content, post.responses['200']!.content!]
    for (const { 'application/json': body } of contents) {
      const valid = ajv.compile(whole(body.schema))
      valid(body.example)
      expect(valid.errors, post.operationId).toBeNull()
      expect(valid({ ...(body.example as object), nonsense: 1 }), post.operationId).toBe(
        body !== contents[0]!['application/json'],
      )
    }
  }
})
