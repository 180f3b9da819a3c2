import { inspect } from 'node:util'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, afterEach, expect, inject, test, vi } from 'vitest'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { type Fault, refusal, startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { givenRoom } from '../support/given-room.ts'
import { settled, settledAfter, unique } from '../support/runtime.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'
import { validFrames } from '../support/valid-frames.ts'

/** Occurs in everything that somebody writes here. */
const SECRET = 'hush7c1d'

const faulty = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => faulty.close())
afterEach(() => {
  faulty.fault = undefined
})

/** Starts a runtime whose functions log everything that they can log, and keeps what is printed. */
async function givenLog(environment: Record<string, string>) {
  const printed: string[] = []
  const note = (...line: unknown[]) => void printed.push(inspect(line, { depth: Infinity, maxStringLength: Infinity }))
  const chat = await useChat({
    log: { info: note, warn: note, error: note },
    environment: {
      ...{ POWERTOOLS_LOG_LEVEL: 'DEBUG', SEARCH: 'on', AWS_ENDPOINT_URL_DYNAMODB: faulty.endpoint },
      ...environment,
    },
    mapping: { maximumRetryAttempts: 1 },
    followups: { maximumRetryAttempts: 1, maximumBatchingWindowInSeconds: 0 },
  })
  return { chat, printed }
}

const logs = {
  'our own clients': await givenLog({}),
  'the clients of the SDK': await givenLog({ TABLE_CLIENT: 'sdk', POSTING: 'sdk' }),
}

/** Returns a frame for each action. Those that carry texts carry the secret. */
function framesIn(room: string) {
  const valid = validFrames(room)
  const file = { chatRoomId: room, fileName: `${SECRET}.png`, caption: SECRET, contentType: 'image/png', size: 1 }
  return {
    ...valid,
    createRoom: { ...valid.createRoom, roomName: SECRET, topic: SECRET },
    sendMessage: { ...valid.sendMessage, content: SECRET, clientMessageId: 'c1' },
    broadcastMessage: { ...valid.broadcastMessage, content: SECRET },
    editMessage: { ...valid.editMessage, content: `${SECRET} again` },
    updateRoom: { ...valid.updateRoom, roomName: SECRET, topic: SECRET },
    reportMessage: { ...valid.reportMessage, reason: SECRET },
    banMember: { ...valid.banMember, reason: SECRET },
    searchMessages: { ...valid.searchMessages, query: SECRET },
    setProfile: { ...valid.setProfile, name: SECRET },
    enterPresence: { ...valid.enterPresence, data: { note: SECRET } },
    handleFileUpload: { action: 'handleFileUpload', ...file },
  } as const
}

const GOES_WELL = [
  ...(['sendMessage', 'editMessage', 'broadcastMessage', 'updateRoom', 'createRoom', 'setProfile'] as const),
  ...(['enterPresence', 'searchMessages', 'getHistory'] as const),
]

/** Ways in which the table fails. A refused write may be answered with the rows that were in its way. */
const faults: Fault[] = [
  refusal(400, 'ValidationException'),
  refusal(400, 'AccessDeniedException'),
  refusal(500, 'InternalServerError'),
  {
    status: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      Message: 'Transaction cancelled',
      CancellationReasons: [{ Code: 'ValidationError', Item: { Content: { S: SECRET } } }],
    },
  },
  {
    status: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { Content: { S: SECRET } },
    },
  },
]

test.each(Object.entries(logs))(
  'with %s, no log has a text, a file’s name, a token or a signed URL, whatever fails',
  async (_, { chat, printed }) => {
    const says = (what: string) => printed.some((line) => line.includes(`"message":"${what}"`))
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const frames = framesIn(room)
    const backend = await givenBackend(chat, unique('shop'))

    for (const action of GOES_WELL) await ada.request(frames[action])
    await bob.request(frames.reportMessage)
    await sendForm(await givenUpload(ada, room, { fileName: `${SECRET}.png`, caption: SECRET }), png)
    const { messageId } = await bob.event('message', ({ kind }) => kind === 'file')
    await bob.request({ action: 'getFileUrl', chatRoomId: room, messageId })
    await sendForm(await givenUpload(ada, room, { fileName: `${SECRET}.jpg`, contentType: 'image/jpeg' }), png)
    await ada.event('uploadFailed')
    await backend.request('sendMessage', { chatRoomId: room, content: SECRET })
    await settledAfter(chat)

    chat.gateway.faults.onPost = () => ({ status: 500 })
    await ada.request({ ...frames.sendMessage, clientMessageId: 'c2' })
    await settled(chat)
    chat.gateway.faults.onPost = undefined

    const bad = [`{"${SECRET}`, SECRET, `"${SECRET}"`, `{"action":"${SECRET}"}`, `{"action":"ping","${SECRET}":1}`]
    for (const text of bad) expect(await ada.raw(text)).toMatchObject({ type: 'error' })
    for (const wrong of [{ content: { [SECRET]: SECRET } }, { content: SECRET, contentEncoding: 'base64' }])
      await ada.refused({ ...frames.sendMessage, ...wrong })
    expect(await backend.ask('sendMessage', `{"${SECRET}`)).toMatchObject({ status: 400 })

    const token = await chat.token(userIds[0])
    for (const refused of [SECRET, `${SECRET}.${SECRET}.${SECRET}`, `${token}${SECRET}`]) {
      await expect(RawClient.open(chat.wsUrl, refused)).rejects.toThrow('401')
      await backend.ask('sendMessage', {}, { authorization: `Bearer ${refused}` })
    }

    for (const fault of faults) {
      faulty.fault = () => fault
      await Promise.all(Object.values(frames).map((frame) => ada.ask(frame)))
      await backend.ask('sendMessage', { chatRoomId: room, content: SECRET })
      await expect(RawClient.open(`${chat.wsUrl}?token=${token}`, token)).rejects.toThrow(/50\d/)
    }
    faulty.fault = undefined

    // Written where the stream's readers see it while their own requests fail.
    chat.mapping.pause()
    await ada.request({ ...frames.sendMessage, clientMessageId: 'c3' })
    faulty.fault = () => refusal(400, 'ValidationException')
    chat.mapping.resume()
    await vi.waitUntil(() => says('room unread'), { timeout: 120_000 })
    faulty.fault = undefined
    const row = { pk: `broken ${room}`, sk: 'x', __edb_e__: 'Message', __edb_v__: '1', Kind: 'text', Content: SECRET }
    await chat.dynamodb.send(new PutItemCommand({ TableName: chat.tableName, Item: marshall(row) }))
    await settledAfter(chat)

    for (const what of ['batch posted', 'post failed', 'route failed', 'action failed', 'connect failed'])
      expect([what, says(what)]).toEqual([what, true])
    for (const what of ['dependency failed', 'record failed']) expect([what, says(what)]).toEqual([what, true])
    const hidden = new RegExp(`.{0,80}(${SECRET}|eyJ[\\w-]+\\.[\\w-]+|X-Amz-Signature|Bearer).{0,20}`)
    expect(new Set(printed.flatMap((line) => hidden.exec(line)?.[0] ?? []))).toEqual(new Set())
  },
)
