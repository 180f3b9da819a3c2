import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { stringify } from 'yaml'
import * as z from 'zod/mini'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { Limits } from '../../src/protocol/announced-limits.ts'
import { events, FileInfo } from '../../src/protocol/events.ts'
import { ErrorFrame, EventsFrame } from '../../src/protocol/frames.ts'
import { SUBPROTOCOL } from '../../src/ws/subprotocol.ts'
import { errorExample, eventExamples, examples, gatewayExample } from './examples.ts'
import { descriptionOf } from './words.ts'

type JsonSchema = Record<string, unknown>

/** The generated file. */
export const asyncApiFile = new URL('../../docs/asyncapi.yaml', import.meta.url)

const names = Object.keys(actions) as Action[]
const capitalised = (name: string) => name[0]!.toUpperCase() + name.slice(1)
const requestName = (action: Action) => `${capitalised(action)}Request`
const replyName = (action: Action) => `${capitalised(action)}Reply`
const eventName = (event: string) => `${capitalised(event)}Event`

/**
 * Returns `docs/asyncapi.yaml` for the current schemas: AsyncAPI 3 from the server's point of view, with an operation
 * for each action and its reply, and one for the events. https://www.asyncapi.com/docs/reference/specification/v3.1.0
 */
export async function asyncApiDocument(): Promise<string> {
  const { version, description } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string; description: string }
  const document = {
    asyncapi: '3.1.0',
    info: {
      title: 'Tabletalk',
      version,
      description: `${description} From the schemas in src/protocol; see protocol.md too.`,
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: { chat: channel() },
    operations: operations(),
    components: {
      securitySchemes: securitySchemes(),
      correlationIds: {
        requestId: { location: '$message.payload#/requestId', description: "The client's own id of a request." },
      },
      messages: messages(),
      schemas: schemas(),
    },
  }
  const yaml = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
  return format(yaml, { ...(await resolveConfig(asyncApiFile)), parser: 'yaml' })
}

function servers() {
  const security = [
    { $ref: '#/components/securitySchemes/subprotocol' },
    { $ref: '#/components/securitySchemes/query' },
  ]
  return {
    deployed: {
      host: '{apiId}.execute-api.{region}.amazonaws.com',
      pathname: '/{stage}',
      protocol: 'wss',
      description: 'A stage of an API Gateway WebSocket API, or a custom domain.',
      variables: {
        apiId: { description: "The API's id, an output of Terraform." },
        region: { default: 'eu-west-1' },
        stage: { default: 'live' },
      },
      security,
    },
    local: { host: 'localhost:8080', pathname: '/local', protocol: 'ws', description: '`npm start`.', security },
  }
}

function securitySchemes() {
  const token = 'a JWT with `sub` and `exp`, signed by a key of the JWKS of the deployment.'
  return {
    subprotocol: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Sec-WebSocket-Protocol',
      description: `\`${SUBPROTOCOL}, bearer.<jwt>\`: ${token} Preferred, because it doesn't appear in access logs.`,
    },
    query: { type: 'httpApiKey', in: 'query', name: 'token', description: `The same ${token}` },
  }
}

function channel() {
  return {
    address: '/',
    title: 'The WebSocket',
    description: 'One for each client. The first frame is `sync`.',
    messages: Object.fromEntries(
      Object.keys(messages()).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
    bindings: {
      ws: {
        method: 'GET',
        query: {
          type: 'object',
          properties: {
            token: { type: 'string', description: 'The JWT, when it is not offered as a subprotocol.' },
            chatRoomId: { type: 'string', description: 'The room that this connection opens.' },
            sessionId: {
              type: 'string',
              description: 'The session of the connection. No `sync` on it can name another.',
            },
          },
        },
        bindingVersion: '0.1.0',
      },
    },
  }
}

const inChannel = (name: string) => ({ $ref: `#/channels/chat/messages/${name}` })

function operations() {
  const asked = names.map((action) => [
    action,
    {
      action: 'receive',
      channel: { $ref: '#/channels/chat' },
      summary: descriptionOf(actions[action].request),
      messages: [inChannel(requestName(action))],
      reply: {
        channel: { $ref: '#/channels/chat' },
        messages: [inChannel(replyName(action)), inChannel('Error'), inChannel('GatewayError')],
      },
    },
  ])
  const told = {
    action: 'send',
    channel: { $ref: '#/channels/chat' },
    summary: 'The events of the rooms that the connection is subscribed to, each at least once.',
    messages: [inChannel('Events')],
  }
  return { ...(Object.fromEntries(asked) as Record<Action, unknown>), events: told }
}

function messages(): Record<string, object> {
  const correlationId = { $ref: '#/components/correlationIds/requestId' }
  const payload = (name: string) => ({ $ref: `#/components/schemas/${name}` })
  const exchanges = names.flatMap((action): [string, object][] => {
    const { request, reply: data } = examples[action]
    const asked = { ...request, requestId: 'r1' }
    const answered = { type: 'reply', action, requestId: 'r1', data }
    return [
      [
        requestName(action),
        {
          summary: descriptionOf(actions[action].request),
          payload: payload(requestName(action)),
          correlationId,
          examples: [{ payload: asked }],
        },
      ],
      [
        replyName(action),
        {
          summary: `The reply to \`${action}\`.`,
          payload: payload(replyName(action)),
          correlationId,
          examples: [{ payload: answered }],
        },
      ],
    ]
  })
  return {
    ...Object.fromEntries(exchanges),
    Error: {
      summary: 'A request failed; a client decides by `code`.',
      payload: payload('Error'),
      correlationId,
      examples: [{ payload: errorExample }],
    },
    GatewayError: {
      summary: "API Gateway's own frame when a route failed. It has no `type`, and its `requestId` is the gateway's.",
      payload: payload('GatewayError'),
      examples: [{ payload: gatewayExample }],
    },
    Events: {
      summary: 'Events of any of the rooms, in one frame.',
      payload: payload('Events'),
      examples: Object.values(eventExamples).map((event) => ({
        name: event.event,
        payload: { type: 'events', events: [event] },
      })),
    },
  }
}

/** The reply frame of an action, as `route()` builds it. Replies differ only in their `data`. */
const replyFrame = (action: Action) =>
  z.object({
    type: z.literal('reply'),
    action: z.literal(action),
    requestId: z.optional(z.string()),
    data: actions[action].reply,
  })

/** Returns the schemas by name. A schema with a name is a reference wherever it is used. */
function schemas(): Record<string, JsonSchema> {
  const sent = z.registry<{ id: string }>()
  for (const action of names) sent.add(actions[action].request, { id: requestName(action) })
  const received = z.registry<{ id: string }>()
  for (const action of names) received.add(replyFrame(action), { id: replyName(action) })
  for (const [event, schema] of Object.entries(events)) received.add(schema, { id: eventName(event) })
  received.add(Limits, { id: 'Limits' })
  received.add(FileInfo, { id: 'File' })
  received.add(ErrorFrame, { id: 'Error' })
  received.add(EventsFrame, { id: 'Events' })

  const requests = jsonSchemas(sent, 'input')
  // In the Zod schema, code checks this.
  requests.SendMessageRequest!.oneOf = [{ required: ['chatRoomId'] }, { required: ['recipientId'] }]
  return { ...requests, ...jsonSchemas(received, 'output'), GatewayError: gatewayError }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-selection.html */
const gatewayError: JsonSchema = {
  type: 'object',
  properties: { message: { type: 'string' }, connectionId: { type: 'string' }, requestId: { type: 'string' } },
  required: ['message'],
  not: { required: ['type'] },
}

/** Returns the schemas as JSON Schema draft 7, which AsyncAPI's schema objects extend. */
function jsonSchemas(registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output') {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    target: 'draft-7',
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
