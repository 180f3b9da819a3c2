import { readFile } from 'node:fs/promises'
import { type AsyncAPIDocumentInterface, type OperationInterface, Parser } from '@asyncapi/parser'
import { Ajv } from 'ajv'
import { beforeAll, expect, test } from 'vitest'
import { asyncApiDocument, asyncApiFile } from '../../scripts/docs/asyncapi.ts'
import { actions } from '../../src/protocol/actions.ts'
import { events } from '../../src/protocol/events.ts'

let text: string
let document: AsyncAPIDocumentInterface
let problems: string[]

beforeAll(async () => {
  text = await readFile(asyncApiFile, 'utf8')
  const parsed = await new Parser().parse(text)
  problems = parsed.diagnostics.map(({ path, message }) => `${path.join('.')}: ${message}`)
  document = parsed.document!
})

const operation = (id: string): OperationInterface => document.operations().get(id)!
const idsOf = (things: { all(): { id(): string | undefined }[] }) => things.all().map((thing) => thing.id())
const capitalised = (name: string) => name[0]!.toUpperCase() + name.slice(1)

test('docs/asyncapi.yaml is what the schemas generate: run `npm run docs`', async () => {
  expect(text).toBe(await asyncApiDocument())
})

test('the AsyncAPI parser finds nothing to say about it', () => {
  expect(problems).toEqual([])
})

test.each(Object.keys(actions))('%s is an operation with its request, and a reply that may be an error', (action) => {
  expect(operation(action).isReceive()).toBe(true)
  expect(idsOf(operation(action).messages())).toEqual([`${capitalised(action)}Request`])
  expect(idsOf(operation(action).reply()!.messages())).toEqual([`${capitalised(action)}Reply`, 'Error', 'GatewayError'])
})

test('events are sent by the server, with an example of each kind', () => {
  expect(operation('events').isSend()).toBe(true)
  const [message] = operation('events').messages().all()
  const names = message!
    .examples()
    .all()
    .map((example) => example.name())
  expect(names).toEqual(Object.keys(events))
})

test('every example is valid by its schema', () => {
  const checked = document
    .components()
    .messages()
    .all()
    .flatMap((message) => {
      const valid = new Ajv({ strict: false }).compile(message.payload()!.json<object>())
      return message
        .examples()
        .all()
        .map((example) => {
          valid(example.payload())
          return { of: message.id(), errors: valid.errors }
        })
    })
  expect(new Set(checked.map(({ of }) => of)).size).toBe(2 * Object.keys(actions).length + 3)
  expect(checked.filter(({ errors }) => errors !== null)).toEqual([])
})

test('a request refuses a key that it does not know, and a reply may have more', () => {
  const schema = (name: string) => document.components().schemas().get(name)!.json<object>()
  expect(schema('PingRequest')).toHaveProperty('additionalProperties', false)
  expect(schema('PingReply')).not.toHaveProperty('additionalProperties')
})
