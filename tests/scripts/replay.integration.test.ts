import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { expect, inject, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { credentials, credentialsEnvironment } from '../support/account.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settled } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { scan } from '../support/table-scan.ts'
import { runScript } from './run-script.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const DAY_S = 24 * 60 * 60

const dataDir = temporaryFolder()
const chat = await useChat({ dataDir, mapping: { maximumRetryAttempts: 0 }, log: quietLog })

/** The environment of an operator's shell. */
const environment = () => ({
  AWS_REGION: 'us-east-1',
  ...credentialsEnvironment,
  AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
  AWS_ENDPOINT_URL_S3: chat.bucket.endpoint,
  TABLE_NAME: chat.tableName,
  FILES_BUCKET: 'tabletalk-files',
  CONNECTIONS_ENDPOINT: chat.connectionsUrl,
})

const replay = (...args: string[]) => runScript('replay', args, environment())

/** Runs work. Returns the files of the batches that were given up in the meantime. */
async function failuresOf(work: () => Promise<unknown>): Promise<string[]> {
  const folder = join(dataDir, 'on-failure')
  const names = async () => (await readdir(folder).catch(() => [])).sort()
  const before = new Set(await names())
  await work()
  await settled(chat)
  return (await names()).filter((name) => !before.has(name)).map((name) => join(folder, name))
}

/** Sends a message that is stored, but on which the stream function dies. */
async function undelivered(sender: RawClient, room: string, content: string): Promise<string[]> {
  chat.gateway.faults.onPost = async () => {
    await chat.lambda.crash('streams')
    return { status: 500 }
  }
  const files = await failuresOf(() => sender.request({ action: 'sendMessage', chatRoomId: room, content }))
  chat.gateway.faults.onPost = undefined
  return files
}

test('what the function died of is delivered by a replay of its objects, to those who are connected', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const files = [...(await undelivered(ada, room, 'one')), ...(await undelivered(ada, room, 'two'))]
  expect(files).toHaveLength(2)
  expect(bob.contents(room)).toEqual([])

  const dry = await replay('--dry-run', ...files)
  expect(dry).toMatchObject({ code: 0, stderr: '' })
  expect(dry.stdout.match(/^ {2}\d+ {2}INSERT {2}Message .*$/gm)).toHaveLength(2)
  expect(dry.stdout).toContain('1 record, RetryAttemptsExhausted')
  await settled(chat)
  expect(bob.contents(room)).toEqual([])

  const before = await scan(chat)
  const replayed = await replay(...files)
  expect(replayed).toMatchObject({ code: 0, stderr: '' })
  expect(replayed.stdout).toContain('connections posted to: 1 delivered')
  await bob.messages(room, ['one', 'two'])
  expect(bob.contents(room)).toEqual(['one', 'two'])
  expect(ada.contents(room)).toEqual([])
  expect(await scan(chat)).toEqual(before)
})

test('a record is replayed long after the stream has forgotten it, from S3', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await undelivered(ada, room, 'days ago')
  const failure = structuredClone(chat.failures.records.at(-1)!)
  const event = JSON.parse(failure.payload) as DynamoDBStreamEvent
  for (const { dynamodb } of event.Records) dynamodb!.ApproximateCreationDateTime! -= 3 * DAY_S
  const key = 'aws/lambda/mapping/shard+1/2026/01/01/a key.json'
  const { AWS_ENDPOINT_URL_S3: endpoint } = environment()
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
  const Body = JSON.stringify({ ...failure, payload: JSON.stringify(event) })
  await s3.send(new PutObjectCommand({ Bucket: 'tabletalk-files', Key: key, Body }))

  expect(await replay(`s3://tabletalk-files/${key}`)).toMatchObject({ code: 0, stderr: '' })
  await bob.messages(room, ['days ago'])
})

test('a local runtime tells the replay all that it needs', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const files = await undelivered(ada, room, 'on a laptop')
  expect(await runScript('replay', ['--local', chat.url, ...files])).toMatchObject({ code: 0, stderr: '' })
  await bob.messages(room, ['on a laptop'])
})

test('a local runtime that is not there is named, and nothing is replayed', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const files = await undelivered(clients[0], room, 'waits')
  const refused = await runScript('replay', ['--local', 'http://127.0.0.1:1', ...files])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('http://127.0.0.1:1')
})

test('what fails again is named, the rest is delivered; mended, it is delivered too', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const good = await undelivered(ada, room, 'good')
  const [record] = (JSON.parse(chat.failures.records.at(-1)!.payload) as DynamoDBStreamEvent).Records
  // At the room's next place, a message that nobody sent.
  const { SenderId: _, ...Item } = record!.dynamodb!.NewImage as Record<string, AttributeValue>
  Item.MessageId = { S: '0000000000000002' }
  Item.sk = { S: record!.dynamodb!.Keys!.sk!.S!.replace(/\d+$/, Item.MessageId.S) }
  const [poisoned] = await failuresOf(() =>
    chat.dynamodb.send(new PutItemCommand({ TableName: chat.tableName, Item: { ...Item, Content: { S: 'poison' } } })),
  )
  const event = JSON.parse(chat.failures.records.at(-1)!.payload) as DynamoDBStreamEvent
  const { SequenceNumber } = event.Records[0]!.dynamodb!

  const partly = await replay(poisoned!, ...good)
  expect(partly.code).toBe(1)
  expect(partly.stderr).toContain(`failed again: ${SequenceNumber!}`)
  expect(partly.stdout).toContain('0 replayed, 1 failed')
  await bob.messages(room, ['good'])
  expect(bob.contents(room)).toEqual(['good'])

  event.Records[0]!.dynamodb!.NewImage!.SenderId = { S: userIds[0] }
  const mended = join(dataDir, 'mended.json')
  await writeFile(mended, JSON.stringify(event))
  expect(await replay(mended)).toMatchObject({ code: 0 })
  await bob.messages(room, ['poison'])
})

test('a replay that cannot post fails, and says what the gateway answered; a connection that has gone is no failure', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const files = await undelivered(ada, room, 'hello')
  chat.gateway.faults.onPost = () => ({ status: 403 })
  const forbidden = await replay(...files)
  expect(forbidden.code).toBe(1)
  expect(forbidden.stdout).toContain('connections posted to: 1 403')
  chat.gateway.faults.onPost = () => ({ status: 410 })
  const gone = await replay(...files)
  expect(gone.code).toBe(0)
  expect(gone.stdout).toContain('connections posted to: 1 410')
  expect(bob.contents(room)).toEqual([])
})

test('an object that cannot be replayed is named before anything is', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const files = await undelivered(ada, room, 'waits')
  const none = join(dataDir, 'none.json')
  const refused = await replay(...files, none)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(none)
  await settled(chat)
  expect(bob.contents(room)).toEqual([])
})

test('without its settings, nothing is replayed and they are named', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const files = await undelivered(clients[0], room, 'waits')
  const refused = await runScript('replay', files, { ...environment(), TABLE_NAME: '', CONNECTIONS_ENDPOINT: '' })
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('not set: TABLE_NAME, CONNECTIONS_ENDPOINT')
})
