import { afterAll, expect, inject, test } from 'vitest'
import type { MessageEvent } from '../../src/protocol/events.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { refusal, startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { settled } from '../support/runtime.ts'
import { scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const table = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => table.close())
const chat = await useChat({
  environment: { AWS_ENDPOINT_URL_DYNAMODB: table.endpoint },
  followups: { maximumBatchingWindowInSeconds: 0, maximumRetryAttempts: 1 },
})
await entitiesOf(chat)
const { Message } = await import('../../src/entities/message.ts')

/** Waits for everything that follows from what was done. */
async function followedUp(): Promise<void> {
  await settled(chat)
  await chat.bucket.idle()
  await chat.followups.idle()
}

/** Creates a room of two with a file of the first user, which all members have received. */
async function givenFile() {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const form = await givenUpload(ada, room, { fileName: 'secret-plan.png', caption: 'a secret caption' })
  await sendForm(form, png)
  const isFile = (event: MessageEvent) => event.chatRoomId === room && event.kind === 'file'
  const { messageId, file } = await bob.event('message', isFile)
  await ada.event('message', isFile)
  return { room, ada, bob, form, messageId, file: file! }
}

test('the file of a deleted message is gone with all its versions, whatever is done with its form', async () => {
  const { room, ada, form, messageId, file } = await givenFile()
  // The form is still valid. Using it once more creates another version.
  await sendForm(form, png)
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId })
  await followedUp()
  expect((await fetch(file.fileUrl)).status).toBe(404)
  await sendForm(form, png)
  await followedUp()
  expect((await fetch(file.fileUrl)).status).toBe(404)
  const left = JSON.stringify(await scan(chat))
  for (const text of ['secret-plan', 'a secret caption', file.uploadId]) expect(left).not.toContain(text)
  expect(chat.followupFailures.records).toEqual([])
})

test('so is that of a message whose row is removed, and another’s file stays', async () => {
  const { room, ada, messageId, file } = await givenFile()
  const other = await givenFile()
  await Message.delete({ chatRoomId: room, messageId }).go()
  await followedUp()
  expect((await fetch(file.fileUrl)).status).toBe(404)
  expect((await fetch(other.file.fileUrl)).status).toBe(200)
  expect(await ada.refused({ action: 'getFileUrl', chatRoomId: room, messageId })).toMatchObject({
    code: 'message_not_found',
    message: 'unable to sign a URL; there is no such message',
  })
})

test('a deleted message is unpinned, and everybody is told', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const say = async (content: string) =>
    (await ada.request({ action: 'sendMessage', chatRoomId: room, content })).messageId
  const [first, second] = [await say('one'), await say('two')]
  for (const messageId of [first, second]) await ada.request({ action: 'pinMessage', chatRoomId: room, messageId })
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: first })
  const told = await bob.event('roomUpdated', ({ room: { version } }) => version === 3)
  expect(told.room.pins).toEqual([second])
})

test('what could not be followed up is kept, and delays no delivery', async () => {
  const { room, ada, bob, messageId, file } = await givenFile()
  table.fault = ({ operation, input }) =>
    operation === 'DeleteItem' && JSON.stringify(input).includes(file.uploadId)
      ? refusal(400, 'ValidationException')
      : undefined
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId })
  await bob.event('messageDeleted')
  const [failure] = await chat.followupFailures.atLeast(1)
  table.fault = undefined
  expect(failure!.requestContext.condition).toBe('RetryAttemptsExhausted')
  await chat.lambda.invoke('followups', JSON.parse(failure!.payload) as object)
  expect(JSON.stringify(await scan(chat))).not.toContain(file.uploadId)
})
