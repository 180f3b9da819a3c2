import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, expect, test } from 'vitest'
import type { Log } from '../../local/contracts.ts'
import { traced, traceId } from '../../src/trace.ts'
import { givenRoom } from '../support/given-room.ts'
import { settled } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const printed: string[] = []
const note = (line: string) => void printed.push(line)
const log: Log = { info: note, warn: note, error: note }
const chat = await useChat({ log })
beforeEach(() => printed.splice(0))

/** Returns what the functions have logged with this message. */
const logged = (message: string) =>
  printed.flatMap((line) => {
    const start = line.indexOf('{')
    if (start < 0 || !line.includes(`"${message}"`)) return []
    return [JSON.parse(line.slice(start)) as { traceId?: string; traceIds?: string[] }]
  })

const messageIn = async (room: string) => (await itemsOf(chat, 'Message')).find((row) => row.ChatRoomId === room)

test('the id of the frame is in the message’s row, and in the log of a post that failed', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  chat.gateway.faults.onPost = () => ({ status: 500 })
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await chat.mapping.idle()
  const traceId = (await messageIn(room))?.TraceId
  expect(traceId).toEqual(expect.stringMatching(/^.{8,64}$/))
  expect(logged('post failed')).toMatchObject([{ traceIds: [traceId] }])
  // The trace id is only for the log. No client receives it.
  chat.gateway.faults.onPost = undefined
  const { messages } = await clients[1].request({ action: 'getHistory', chatRoomId: room })
  expect(JSON.stringify(messages)).not.toContain(traceId)
})

test.each(['editMessage', 'deleteMessage'] as const)(
  'the row and the failed post of %s have its id',
  async (action) => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const sent = { action: 'sendMessage', chatRoomId: room, content: 'hello' } as const
    const { messageId } = await clients[0].request(sent)
    await settled(chat)
    const before = (await messageIn(room))?.TraceId
    chat.gateway.faults.onPost = () => ({ status: 500 })
    const frame = { chatRoomId: room, messageId }
    if (action === 'editMessage') await clients[0].request({ action, ...frame, content: 'good day' })
    else await clients[0].request({ action, ...frame })
    await chat.mapping.idle()
    const traceId = (await messageIn(room))?.TraceId
    expect(traceId).toEqual(expect.stringMatching(/^.{8,64}$/))
    expect(traceId).not.toBe(before)
    const failed = logged('post failed')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed.map(({ traceIds }) => traceIds)).toEqual(failed.map(() => [traceId]))
    chat.gateway.faults.onPost = undefined
  },
)

test('a file’s message has the id of the frame that asked for the form', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const form = await givenUpload(clients[0], room)
  await sendForm(form, png)
  await clients[1].event('message', ({ kind }) => kind === 'file')
  await settled(chat)
  const upload = (await itemsOf(chat, 'Upload')).find(({ UploadId }) => UploadId === form.uploadId)
  expect(upload?.TraceId).toEqual(expect.any(String))
  expect((await messageIn(room))?.TraceId).toBe(upload?.TraceId)
})

test('a record that can’t be read is logged with the id in its row', async () => {
  const { room } = await givenRoom(chat, 'ada')
  const row = { pk: `broken ${room}`, sk: 'x', __edb_e__: 'Message', __edb_v__: '1', Kind: 'text', TraceId: 'frame-1' }
  await chat.dynamodb.send(new PutItemCommand({ TableName: chat.tableName, Item: marshall(row) }))
  await chat.mapping.idle()
  expect(logged('record failed')[0]).toMatchObject({ traceId: 'frame-1', what: 'INSERT' })
})

test('invocations that run at the same time have an id each', async () => {
  const later = () => Promise.resolve().then(traceId)
  expect(await Promise.all([traced('one', later), traced('two', later), traced(undefined, later)])).toEqual([
    'one',
    'two',
    undefined,
  ])
})
