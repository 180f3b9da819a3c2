import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, expect, inject, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { QUIET_SDK } from '../../local/quiet-sdk.ts'
import { loadStack } from '../../terraform/stack.ts'
import { credentials, credentialsEnvironment } from '../support/account.ts'
import { ownBucket } from '../support/own-bucket.ts'
import '../support/provided.ts'
import { png, sendForm } from '../support/upload-form.ts'
import { unpackBundles } from './given-bundles.ts'

const stack = loadStack()
const environment = {
  AWS_REGION: 'us-east-1',
  ...credentialsEnvironment,
  AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
  ...QUIET_SDK,
  TABLE_NAME: `bundled-${randomUUID()}`,
  AWS_ENDPOINT_URL_S3: ownBucket.endpoint,
  FILES_BUCKET: process.env.FILES_BUCKET ?? '',
  CONNECTIONS_ENDPOINT: 'http://localhost:1/none',
  WEBHOOKS: '{}',
  JWKS_URL: 'http://localhost:1/jwks.json',
  JWT_ISSUER: 'issuer',
  JWT_AUDIENCE: 'audience',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
}

const client = new DynamoDBClient({ endpoint: inject('dynamodbEndpoint'), region: 'us-east-1', credentials })
await createTable(client, stack.table, environment.TABLE_NAME)
client.destroy()
const bundles = await unpackBundles()
afterAll(() => ownBucket.close())

interface Frame extends Record<string, unknown> {
  action: string
}

const frame = (userId: string, body: Frame) => ({
  requestContext: {
    routeKey: body.action,
    eventType: 'MESSAGE',
    connectionId: `of-${userId}=`,
    connectedAt: Date.now(),
    requestId: 'request',
    authorizer: { principalId: userId, userId, exp: String(Math.floor(Date.now() / 1_000) + 600) },
  },
  body: JSON.stringify(body),
})

/** Returns the frames that the function of this action's route returns, in a process of its own. */
async function answers(action: string, userId: string, bodies: Frame[], settings = environment): Promise<unknown[]> {
  const functionName = stack.routes[action]?.function ?? ''
  const events = bodies.map((body) => frame(userId, body))
  const replies = (await bundles.call(functionName, settings, events)) as { body: string }[]
  return replies.map(({ body }) => JSON.parse(body) as unknown)
}

test('bundled routes write to a table and read from it', async () => {
  const room = { chatRoomId: 'bundled', roomName: 'Bundled' }
  const message = { action: 'sendMessage', chatRoomId: 'bundled', content: 'hello', clientMessageId: 'once' }

  expect(await answers('createRoom', 'ada', [{ action: 'createRoom', ...room }])).toMatchObject([
    { type: 'reply', data: { ...room, members: ['ada'] } },
  ])
  // Read by a service of two entities, which ElectroDB distinguishes from models.
  expect(await answers('getRoom', 'ada', [{ action: 'getRoom', chatRoomId: 'bundled' }])).toMatchObject([
    { type: 'reply', data: room },
  ])
  // The second message meets a cancelled transaction. ElectroDB reads its reasons with the client that it was given.
  expect(await answers('sendMessage', 'ada', [message, message])).toMatchObject([
    { type: 'reply', data: { duplicate: false } },
    { type: 'reply', data: { duplicate: true } },
  ])
  expect(await answers('getHistory', 'ada', [{ action: 'getHistory', chatRoomId: 'bundled' }])).toMatchObject([
    { type: 'reply', data: { messages: [{ content: 'hello', senderId: 'ada' }], hasMore: false } },
  ])
})

test('a bundled route asks the table by the SDK when it is told to', async () => {
  const bySdk = { ...environment, TABLE_CLIENT: 'sdk' }
  const room = { chatRoomId: 'by-sdk', roomName: 'By the SDK' }
  const message = { action: 'sendMessage', chatRoomId: 'by-sdk', content: 'hello', clientMessageId: 'once' }
  expect(await answers('createRoom', 'ada', [{ action: 'createRoom', ...room }], bySdk)).toMatchObject([{ data: room }])
  expect(await answers('sendMessage', 'ada', [message, message], bySdk)).toMatchObject([
    { type: 'reply', data: { duplicate: false } },
    { type: 'reply', data: { duplicate: true } },
  ])
})

test('a form of the bundled route is taken by the bucket', async () => {
  await answers('createRoom', 'ada', [{ action: 'createRoom', chatRoomId: 'files', roomName: 'Files' }])
  const file = { fileName: 'dot.png', contentType: 'image/png', size: png.length }
  const [reply] = await answers('handleFileUpload', 'ada', [
    { action: 'handleFileUpload', chatRoomId: 'files', ...file },
  ])
  const { data: form } = reply as { data: Parameters<typeof sendForm>[0] }
  expect((await sendForm(form, Buffer.alloc(png.length + 1))).status).toBe(400)
  expect((await sendForm(form, png)).status).toBe(204)
})

test('a bundled route tells a bad field by its words', async () => {
  expect(await answers('sendMessage', 'ada', [{ action: 'sendMessage', chatRoomId: 'bundled' }])).toMatchObject([
    {
      type: 'error',
      error: {
        code: 'invalid_request',
        message: 'unable to accept the frame; it is not of the schema',
        details: [{ path: 'content' }],
      },
    },
  ])
})

test('a bundled route whose table refuses its connections is unavailable, and no bug', async () => {
  const nowhere = { ...environment, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }
  expect(await answers('getRoom', 'ada', [{ action: 'getRoom', chatRoomId: 'bundled' }], nowhere)).toMatchObject([
    { type: 'error', error: { code: 'unavailable', message: 'unable to reach the table; try again', retryable: true } },
  ])
})

test('the bundled stream function counts posts under the name that it is given', async () => {
  const own = { ...environment, POWERTOOLS_METRICS_DISABLED: 'false', POWERTOOLS_METRICS_NAMESPACE: 'Tabletalk/mine' }
  const printed = await bundles.printed('streams', own, [{ Records: [] }])
  const metrics = printed
    .filter((line) => line.includes('CloudWatchMetrics'))
    .map((line) => JSON.parse(line) as unknown)
  expect(metrics).toMatchObject([
    { service: 'fan-out', PostsThrottled: 0, _aws: { CloudWatchMetrics: [{ Namespace: 'Tabletalk/mine' }] } },
  ])
})

test('every bundled function starts', async () => {
  for (const name of Object.keys(stack.functions)) {
    expect(await bundles.call(name, environment, []), name).toEqual([])
  }
})
