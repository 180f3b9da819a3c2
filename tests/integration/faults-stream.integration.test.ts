import { tableName } from '../support/own-table.ts'
import { PutItemCommand, type AttributeValue as SdkAttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { beforeEach, expect, test } from 'vitest'
import { appendMessage } from '../../src/rooms/append-message.ts'
import { nextSeq } from '../../src/entities/chat-room.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import { message, messageImage } from '../streams/records.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, unique } from '../support/runtime.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import {
  connectionIdOf,
  inSeqOrder,
  messagesTo,
  say,
  settled,
  storedMessages,
  subscribers,
  syncedAfter,
} from './room-reader.ts'

type OnBatch = (records: DynamoDBRecord[]) => DynamoDBRecord[]
const asTheyAre: OnBatch = (records) => records
const twice: OnBatch = (records) => records.flatMap((record) => [record, record])
const reversed: OnBatch = (records) => records.toReversed()

let onBatch: OnBatch
const chat = await useChat({
  tableName,
  mapping: { maximumRetryAttempts: 1 },
  mappingFaults: { onBatch: (records) => onBatch(records) },
  log: quietLog,
})
beforeEach(() => {
  onBatch = asTheyAre
})

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `message ${i + 1}`)

/** Runs work while the stream is not read, so that its records come in one batch. */
async function inOneBatch(work: () => Promise<unknown>): Promise<void> {
  await settled(chat)
  chat.mapping.pause()
  await work()
  chat.mapping.resume()
  await settled(chat)
}

test.each([
  ['every record twice', twice],
  ['every batch from its end', reversed],
  ['every record twice and every batch from its end', (records: DynamoDBRecord[]) => twice(reversed(records))],
])('with %s, clients have exactly the messages of the table', async (_, fault) => {
  onBatch = fault
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'eve')
  const [ada, bob, eve] = clients
  await inOneBatch(async () => {
    await Promise.all([say(ada, room, numbered(10)), say(ada, room, numbered(10)), say(bob, room, ['of bob'])])
  })
  // A batch is delivered in the order of the room, whatever the order of its records.
  expect(messagesTo(eve, room).map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  await Promise.all([say(ada, room, numbered(10)), say(ada, room, numbered(10))])
  await settled(chat)
  const stored = await storedMessages(chat, room)
  expect(stored).toHaveLength(41)
  expect(inSeqOrder(messagesTo(eve, room))).toEqual(stored)
  expect(inSeqOrder(messagesTo(bob, room))).toEqual(stored.filter(({ content }) => content !== 'of bob'))
  expect(chat.failures.records).toEqual([])
})

test.each([1, 3])('a handler that dies %i times in the middle of a batch loses nothing', async (deaths) => {
  const names = Array.from({ length: 12 }, (_, i) => `listener-${i}`)
  const { room, clients, userIds } = await givenRoom(chat, 'ada', ...names)
  const [ada, ...listeners] = clients
  let posts = 0
  let died = 0
  chat.gateway.faults.onPost = async () => {
    posts += 1
    if (posts % 5 !== 0 || died === deaths) return
    died += 1
    await chat.lambda.crash('streams')
  }
  const contents = numbered(20)
  await inOneBatch(() => say(ada, room, contents))
  expect(died).toBe(deaths)
  const stored = await storedMessages(chat, room)
  expect(stored.map(({ content }) => content)).toEqual(contents)
  for (const client of listeners) expect(inSeqOrder(messagesTo(client, room))).toEqual(stored)
  expect(chat.failures.records).toEqual([])
  expect(await syncedAfter(chat, userIds[1]!, room, 0)).toEqual(contents)
})

test('a record that cannot be processed ends in the on-failure destination, alone, and can be replayed', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const poison = async (spoil: (image: Record<string, unknown>) => void) => {
    const image = messageImage(message(room, (await nextSeq(room, Date.now())).seq, { content: 'poison' })) as Record<
      string,
      unknown
    >
    spoil(image)
    const Item = image as Record<string, SdkAttributeValue>
    await chat.dynamodb.send(new PutItemCommand({ TableName: chat.tableName, Item }))
    return image
  }
  const poisons: Record<string, unknown>[] = []
  await inOneBatch(async () => {
    await say(ada, room, ['first'])
    poisons.push(await poison((image) => delete image.SenderId))
    await say(ada, room, ['second', 'third'])
    poisons.push(await poison((image) => (image.Content = { L: [{ BOOL: true }] })))
    await say(ada, room, ['fourth'])
  })
  await say(ada, room, ['fifth'])
  await bob.messages(room, ['first', 'second', 'third', 'fourth', 'fifth'])
  expect(inSeqOrder(messagesTo(bob, room)).map(({ seq }) => seq)).toEqual([1, 3, 4, 6, 7])

  const failed = (await chat.failures.atLeast(2)).map(({ payload }) => JSON.parse(payload) as DynamoDBStreamEvent)
  expect(failed.flatMap(({ Records }) => Records.map(({ dynamodb }) => dynamodb?.NewImage))).toEqual(poisons)

  const mended = structuredClone(failed[0]!)
  mended.Records[0]!.dynamodb!.NewImage!.SenderId = { S: 'ada' }
  await chat.lambda.invoke('streams', mended)
  await bob.messages(room, ['poison'])
  expect(inSeqOrder(messagesTo(bob, room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 6, 7])
})

test.each([
  ['as they are', asTheyAre],
  ['from the end', reversed],
  ['twice, from the end', (records: DynamoDBRecord[]) => twice(reversed(records))],
])('join, leave and join again, with records %s: every connection hears the room', async (_, fault) => {
  onBatch = fault
  const { room, clients } = await givenRoom(chat, 'ada')
  const user = unique('bob')
  const devices = await Promise.all([online(chat, user), online(chat, user), online(chat, user)])
  const [one, two] = devices
  await inOneBatch(async () => {
    await one.request({ action: 'joinRoom', chatRoomId: room })
    await two.request({ action: 'leaveRoom', chatRoomId: room })
    await two.request({ action: 'joinRoom', chatRoomId: room })
  })
  await say(clients[0], room, ['welcome back'])
  await Promise.all(devices.map((device) => device.messages(room, ['welcome back'])))
})

test.each([
  ['as they are', asTheyAre],
  ['from the end', reversed],
  ['twice, from the end', (records: DynamoDBRecord[]) => twice(reversed(records))],
])('join and leave, with records %s: no connection of the leaver hears the room', async (_, fault) => {
  onBatch = fault
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  const user = unique('bob')
  const devices = await Promise.all([online(chat, user), online(chat, user), online(chat, user)])
  await inOneBatch(async () => {
    await devices[0].request({ action: 'joinRoom', chatRoomId: room })
    await devices[1].request({ action: 'leaveRoom', chatRoomId: room })
  })
  expect(await subscribers(chat, room)).toEqual([await connectionIdOf(ada)])
  await say(ada, room, ['behind his back'])
  await settled(chat)
  expect(devices.flatMap((device) => device.contents(room))).toEqual([])
})

test('200 messages that wait come in few frames of at most 32,768 bytes, in order', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const sizes: number[] = []
  await inOneBatch(async () => {
    chat.gateway.faults.onPost = ({ body }) => {
      sizes.push(body.length)
    }
    await Promise.all(Array.from({ length: 4 }, () => say(ada, room, numbered(50))))
  })
  expect(messagesTo(bob, room).map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  expect(sizes.every((size) => size <= 32_768)).toBe(true)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(sizes.length).toBe(Math.ceil(total / 32_768))
})

test('an event of more than 32 KB is sent alone, in its place', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  // Written directly to the table: as JSON it is six times as long, and would not fit into one frame of a client.
  const large = '\u0001'.repeat(16_384)
  const sizes: number[] = []
  chat.gateway.faults.onPost = ({ body }) => {
    sizes.push(body.length)
  }
  await inOneBatch(async () => {
    await say(ada, room, ['before', 'just before'])
    await appendMessage(
      { chatRoomId: room, senderId: 'ada', kind: 'text', content: large, originConnectionId: 'none' },
      { check: Promise.resolve('member' as const) },
      Date.now(),
    )
    await say(ada, room, ['just after', 'after'])
  })
  const frames = bob.frames.filter(
    (frame): frame is EventsFrame => frame.type === 'events' && frame.events[0]?.event === 'message',
  )
  expect(frames.map(({ events }) => events.map((event) => (event.event === 'message' ? event.content : '')))).toEqual([
    ['before', 'just before'],
    [large],
    ['just after', 'after'],
  ])
  expect(Math.max(...sizes)).toBeGreaterThan(16_384 * 6)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(131_072)
})
