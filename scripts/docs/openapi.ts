import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { stringify } from 'yaml'
import * as z from 'zod/mini'
import { statusOf } from '../../src/http/status-of.ts'
import { type ErrorCode, errorCodes } from '../../src/protocol/error-codes.ts'
import { FileInfo } from '../../src/protocol/events.ts'
import { ErrorFrame } from '../../src/protocol/frames.ts'
import {
  AsUserId,
  BatchRequest,
  type ServerAction,
  serverActions,
  serverSchemas,
} from '../../src/protocol/server-api.ts'
import { errorExample, examples, serverOnlyExamples } from './examples.ts'
import { descriptionOf } from './words.ts'

type JsonSchema = Record<string, unknown>

/** The generated file. */
export const openApiFile = new URL('../../docs/openapi.yaml', import.meta.url)

const names = serverActions
const capitalised = (name: string) => name[0]!.toUpperCase() + name.slice(1)
const json = (schema: JsonSchema, example?: object) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
})
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/**
 * Returns `docs/openapi.yaml` for the current schemas: OpenAPI 3.1 of the server API, with an operation for each
 * action. https://spec.openapis.org/oas/v3.1.1
 */
export async function openApiDocument(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Tabletalk for backends',
      version,
      description:
        'The actions of the WebSocket API, for a backend. From the schemas in src/protocol; see server-api.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: 'https://{apiId}.execute-api.{region}.amazonaws.com',
        description: "Terraform's output server_api_url.",
        variables: { apiId: { default: 'abc123' }, region: { default: 'eu-west-1' } },
      },
      { url: 'http://localhost:8080', description: '`npm start`.' },
    ],
    security: [{ token: [] }],
    paths: {
      ...Object.fromEntries(names.map((name) => [`/v1/${name}`, { post: operation(name) }])),
      '/v1/batch': { post: batch },
    },
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A JWT of the users’ issuer whose `scope` has `tabletalk:server`.',
        },
      },
      responses: responses(),
      schemas: schemas(),
    },
  }
  const yaml = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
  return format(yaml, { ...(await resolveConfig(openApiFile)), parser: 'yaml' })
}

function operation(name: ServerAction) {
  const { request, reply } = { ...examples, ...serverOnlyExamples }[name]
  const { action: _, ...body } = request as { action: string }
  return {
    operationId: name,
    summary: descriptionOf(serverSchemas[name].request),
    requestBody: { required: true, content: json(ref(`${capitalised(name)}Request`), body) },
    responses: {
      200: { description: 'Done.', content: json(dataOf(ref(`${capitalised(name)}Reply`)), { data: reply }) },
      ...errors,
    },
  }
}

const dataOf = (schema: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { data: schema },
  required: ['data'],
})

const statuses = [...new Set(Object.values(statusOf))].sort()
const errors = Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]))

const batch = {
  operationId: 'batch',
  summary: descriptionOf(BatchRequest),
  requestBody: {
    required: true,
    content: json(ref('BatchRequest'), { actions: [examples.sendMessage.request, examples.getHistory.request] }),
  },
  responses: {
    200: {
      description: 'The result of each action, in their order.',
      content: json(
        dataOf({
          type: 'object',
          properties: {
            results: {
              type: 'array',
              items: { oneOf: [dataOf({ type: 'object' }), ref('Error')] },
            },
          },
          required: ['results'],
        }),
        { data: { results: [{ data: examples.sendMessage.reply }, { error: errorExample.error }] } },
      ),
    },
    ...errors,
  },
}

/** Returns the responses by status. Those of API Gateway itself have only `message`. */
function responses() {
  const codesOf = (status: number) => (Object.keys(statusOf) as ErrorCode[]).filter((code) => statusOf[code] === status)
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codesOf(status)
          .map((code) => `\`${code}\`: ${errorCodes[code].meaning}`)
          .join('. '),
        content: json({ oneOf: [ref('Error'), ref('GatewayError')] }),
      },
    ]),
  )
}

function schemas(): Record<string, JsonSchema> {
  const sent = z.registry<{ id: string }>()
  for (const name of names) sent.add(serverSchemas[name].request, { id: `${capitalised(name)}Request` })
  sent.add(BatchRequest, { id: 'BatchRequest' })
  sent.add(AsUserId, { id: 'AsUserId' })
  const received = z.registry<{ id: string }>()
  for (const name of names) received.add(serverSchemas[name].reply, { id: `${capitalised(name)}Reply` })
  received.add(FileInfo, { id: 'File' })
  received.add(ErrorFrame.shape.error, { id: 'ErrorBody' })

  const requests = jsonSchemas(sent, 'input')
  for (const name of names) asBody(requests[`${capitalised(name)}Request`]!)
  // In the Zod schema, code checks this.
  requests.SendMessageRequest!.oneOf = [{ required: ['chatRoomId'] }, { required: ['recipientId'] }]
  return {
    ...requests,
    ...jsonSchemas(received, 'output'),
    Error: { type: 'object', properties: { error: ref('ErrorBody') }, required: ['error'] },
    GatewayError: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  }
}

/** Turns a frame's schema into a body's: without `action` and `requestId`, and with `asUserId`. */
function asBody(schema: JsonSchema): void {
  const properties = schema.properties as Record<string, JsonSchema>
  delete properties.action
  delete properties.requestId
  properties.asUserId = ref('AsUserId')
  const required = (schema.required as string[]).filter((name) => name !== 'action')
  if (required.length === 0) delete schema.required
  else schema.required = required
}

function jsonSchemas(registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output') {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    target: 'draft-2020-12',
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // A client must accept fields that it doesn't know.
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonSchema]),
  )
}
