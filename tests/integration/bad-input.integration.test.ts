import { expect, test } from 'vitest'
import { type Action, isAboutUser } from '../../src/protocol/actions.ts'
import type { ErrorCode } from '../../src/protocol/error-codes.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { useChat } from '../support/use-chat.ts'
import { scan } from '../support/table-scan.ts'
import { validFrames } from '../support/valid-frames.ts'

const OWN = 'own-room'
const FOREIGN = 'foreign-room'

const chat = await useChat()
const open = async (userId: string) => RawClient.open(chat.wsUrl, await chat.token(userId))
const eve = await open('eve')
await eve.request({ action: 'createRoom', chatRoomId: FOREIGN, roomName: 'Foreign' })
const ada = await open('ada')
await ada.request({ action: 'sync' })
await ada.request({ action: 'createRoom', chatRoomId: OWN, roomName: 'Own' })
await ada.request({ action: 'sendMessage', chatRoomId: OWN, content: 'taken', clientMessageId: 'taken' })
await chat.mapping.idle()

/** Returns the answer to a frame that must change nothing and close nothing. */
async function answerTo(text: string) {
  const before = await scan(chat)
  const answer = await ada.raw(text)
  expect(await scan(chat)).toEqual(before)
  expect((await ada.ask({ action: 'ping' })).type).toBe('reply')
  return answer
}

interface Echo {
  action?: string
  requestId?: string
}

async function expectRefused(text: string, code: ErrorCode, echo: Echo, path?: string): Promise<void> {
  const answer = await answerTo(text)
  expect(answer).toEqual({
    type: 'error',
    ...echo,
    error: {
      code,
      message: expect.stringMatching(/^unable to .+; .+/) as string,
      retryable: false,
      ...(code === 'invalid_request' || code === 'too_large' ? { details: expect.any(Array) as unknown[] } : {}),
    },
  })
  if (path === undefined || answer.type !== 'error') return
  expect(answer.error.details).toContainEqual({ path, problem: expect.stringMatching(/./) as string })
  expect(answer.error.details!.length).toBeLessThanOrEqual(10)
}

test.for<[name: string, text: string, code: ErrorCode, echo: Echo]>([
  ['nothing', '', 'invalid_request', {}],
  ['not JSON', 'hello', 'invalid_request', {}],
  ['half of a JSON object', '{"action":"ping"', 'invalid_request', {}],
  ['two JSON objects', '{"action":"ping"}{"action":"ping"}', 'invalid_request', {}],
  ['an array', '[{"action":"ping"}]', 'invalid_request', {}],
  ['a number', '42', 'invalid_request', {}],
  ['a string', '"ping"', 'invalid_request', {}],
  ['null', 'null', 'invalid_request', {}],
  ['an object without an action', '{"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['an action that is a number', '{"action":1,"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['an action that is null', '{"action":null,"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['an action that is a list', '{"action":["ping"],"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['an action that is true', '{"action":true,"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['an unknown action', '{"action":"sing","requestId":"q"}', 'unknown_action', { action: 'sing', requestId: 'q' }],
  ['an empty action', '{"action":"","requestId":"q"}', 'unknown_action', { action: '', requestId: 'q' }],
  ['an action in another case', '{"action":"Ping"}', 'unknown_action', { action: 'Ping' }],
  ['$connect as an action', '{"action":"$connect"}', 'unknown_action', { action: '$connect' }],
  ['$disconnect as an action', '{"action":"$disconnect"}', 'unknown_action', { action: '$disconnect' }],
  ['$default as an action', '{"action":"$default"}', 'unknown_action', { action: '$default' }],
  ['toString as an action', '{"action":"toString"}', 'unknown_action', { action: 'toString' }],
  ['a long unknown action', `{"action":"${'s'.repeat(90)}"}`, 'unknown_action', { action: 's'.repeat(64) }],
  ['an action with a lone surrogate', '{"action":"\\ud800"}', 'unknown_action', {}],
  ['__proto__ at the top', '{"action":"ping","__proto__":{"a":1}}', 'invalid_request', { action: 'ping' }],
  ['__proto__ as the action', '{"__proto__":{"action":"ping"},"requestId":"q"}', 'invalid_request', { requestId: 'q' }],
  ['__proto__ among the rooms', '{"action":"sync","rooms":{"__proto__":1}}', 'invalid_request', { action: 'sync' }],
])('%s is refused with its code, written nowhere, and the socket stays open', async ([, text, code, echo]) => {
  await expectRefused(text, code, echo)
})

const message = { action: 'sendMessage', chatRoomId: OWN, content: 'hello' }
const room = { action: 'createRoom', roomName: 'New' }

test.for<[name: string, frame: object, path: string]>([
  ['an unknown key', { action: 'ping', extra: 1 }, ''],
  ['a misspelt key', { ...message, clientMessageID: 'c1' }, ''],
  ['a key of another action', { action: 'joinRoom', chatRoomId: OWN, content: 'hello' }, ''],
  ['constructor as a key', { action: 'ping', constructor: 1 }, ''],
  ['a missing key', { action: 'joinRoom' }, 'chatRoomId'],
  ['a key that is null', { action: 'joinRoom', chatRoomId: null }, 'chatRoomId'],
  ['a chatRoomId that is a number', { ...message, chatRoomId: 1 }, 'chatRoomId'],
  ['a chatRoomId that is an object', { ...message, chatRoomId: { id: OWN } }, 'chatRoomId'],
  ['an empty chatRoomId', { ...message, chatRoomId: '' }, 'chatRoomId'],
  ['a chatRoomId of 65 characters', { ...message, chatRoomId: 'r'.repeat(65) }, 'chatRoomId'],
  ['a chatRoomId with a #', { ...message, chatRoomId: `${OWN}#` }, 'chatRoomId'],
  ['a chatRoomId with a /', { ...message, chatRoomId: `${OWN}/` }, 'chatRoomId'],
  ['a chatRoomId with a space', { ...message, chatRoomId: `${OWN} ` }, 'chatRoomId'],
  ['a chatRoomId with a line break', { ...message, chatRoomId: `${OWN}\n` }, 'chatRoomId'],
  ['a chatRoomId of other letters', { ...message, chatRoomId: 'général' }, 'chatRoomId'],
  ["a room of its own starting 'dm:'", { ...room, chatRoomId: 'dm:own' }, 'chatRoomId'],
  ['neither room nor recipient', { action: 'sendMessage', content: 'hello' }, ''],
  ['both room and recipient', { ...message, recipientId: 'eve' }, ''],
  ['a broadcast to a user', { action: 'broadcastMessage', recipientId: 'eve', content: 'hello' }, 'chatRoomId'],
  ['an empty recipientId', { action: 'sendMessage', recipientId: '', content: 'hello' }, 'recipientId'],
  [
    'a recipientId of 129 characters',
    { action: 'sendMessage', recipientId: 'e'.repeat(129), content: 'a' },
    'recipientId',
  ],
  ['blanks as content', { ...message, content: ' \n\u3000' }, 'content'],
  ['content of what is invisible', { ...message, content: '\u200b\u2060' }, 'content'],
  ['a broadcast of blanks', { action: 'broadcastMessage', chatRoomId: OWN, content: ' ' }, 'content'],
  [
    'a recipientId with a blank at its end',
    { action: 'sendMessage', recipientId: 'eve ', content: 'a' },
    'recipientId',
  ],
  ['a roomName of blanks', { ...room, roomName: ' ' }, 'roomName'],
  ['a roomName with a blank at its end', { ...room, roomName: 'General\u00a0' }, 'roomName'],
  ['a roomName that runs backwards', { ...room, roomName: '\u202elareneG' }, 'roomName'],
  ['a roomName with a zero-width space', { ...room, roomName: 'Gene\u200bral' }, 'roomName'],
  ['a member who is invisible', { ...room, members: ['\u3164'] }, 'members.0'],
  ['a recipientId that does not print', { action: 'sendMessage', recipientId: 'e\u0000', content: 'a' }, 'recipientId'],
  [
    'a recipientId with a lone surrogate',
    { action: 'sendMessage', recipientId: 'e\ud800', content: 'a' },
    'recipientId',
  ],
  ['empty content', { ...message, content: '' }, 'content'],
  ['content that is a number', { ...message, content: 1 }, 'content'],
  ['content that is a list', { ...message, content: ['hello'] }, 'content'],
  ['content with a lone surrogate', { ...message, content: 'a\ud800b' }, 'content'],
  ['content with surrogates in the wrong order', { ...message, content: '\udc00\ud800' }, 'content'],
  ['content too long that has a lone surrogate', { ...message, content: `\ud800${'x'.repeat(16_384)}` }, 'content'],
  ['an empty clientMessageId', { ...message, clientMessageId: '' }, 'clientMessageId'],
  ['a clientMessageId of 65 characters', { ...message, clientMessageId: 'c'.repeat(65) }, 'clientMessageId'],
  ['a clientMessageId with a #', { ...message, clientMessageId: 'c#1' }, 'clientMessageId'],
  ['a clientMessageId with a lone surrogate', { ...message, clientMessageId: '\ud800' }, 'clientMessageId'],
  ['a clientMessageId that is a number', { ...message, clientMessageId: 1 }, 'clientMessageId'],
  ['an empty userId', { action: 'ping', userId: '' }, 'userId'],
  ['a userId that is a number', { action: 'ping', userId: 1 }, 'userId'],
  ['an empty roomName', { ...room, roomName: '' }, 'roomName'],
  ['a roomName of 129 characters', { ...room, roomName: '𝒳'.repeat(129) }, 'roomName'],
  ['a roomName with a lone surrogate', { ...room, roomName: 'a\ud800' }, 'roomName'],
  ['members that are no list', { ...room, members: 'eve' }, 'members'],
  ['a member that is a number', { ...room, members: ['eve', 1] }, 'members.1'],
  ['an empty member', { ...room, members: [''] }, 'members.0'],
  ['a member with a lone surrogate', { ...room, members: ['\ud800'] }, 'members.0'],
  ['isTyping that is a string', { action: 'typingIndicator', chatRoomId: OWN, isTyping: 'true' }, 'isTyping'],
  ['limit 0', { action: 'getHistory', chatRoomId: OWN, limit: 0 }, 'limit'],
  ['limit 101', { action: 'getHistory', chatRoomId: OWN, limit: 101 }, 'limit'],
  ['limit 1.5', { action: 'getHistory', chatRoomId: OWN, limit: 1.5 }, 'limit'],
  ['limit -1', { action: 'getHistory', chatRoomId: OWN, limit: -1 }, 'limit'],
  ['a limit that is a string', { action: 'getHistory', chatRoomId: OWN, limit: '10' }, 'limit'],
  ['a negative after', { action: 'getHistory', chatRoomId: OWN, after: -1 }, 'after'],
  ['an after of 2^53', { action: 'getHistory', chatRoomId: OWN, after: 2 ** 53 }, 'after'],
  ['an after of 1.5', { action: 'getHistory', chatRoomId: OWN, after: 1.5 }, 'after'],
  ['a negative before', { action: 'getHistory', chatRoomId: OWN, before: -1 }, 'before'],
  ['a before of 2^53', { action: 'getHistory', chatRoomId: OWN, before: 2 ** 53 }, 'before'],
  ['a negative lastSeq', { action: 'joinRoom', chatRoomId: OWN, lastSeq: -1 }, 'lastSeq'],
  ['a lastSeq of 2^53', { action: 'joinRoom', chatRoomId: OWN, lastSeq: 2 ** 53 }, 'lastSeq'],
  ['rooms that are a list', { action: 'sync', rooms: [OWN] }, 'rooms'],
  ['a seq of a room that is negative', { action: 'sync', rooms: { [OWN]: -1 } }, `rooms.${OWN}`],
  ['a seq of a room that is 2^53', { action: 'sync', rooms: { [OWN]: 2 ** 53 } }, `rooms.${OWN}`],
  ['a seq of a room that is null', { action: 'sync', rooms: { [OWN]: null } }, `rooms.${OWN}`],
  [
    '1,001 rooms',
    { action: 'sync', rooms: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, 0])) },
    'rooms',
  ],
  ['rooms with an id that is none', { action: 'sync', rooms: { 'a#b': 1 } }, 'rooms.a#b'],
  ['listRooms limit 0', { action: 'listRooms', limit: 0 }, 'limit'],
  ['listRooms limit 101', { action: 'listRooms', limit: 101 }, 'limit'],
  ['an empty cursor', { action: 'listRooms', cursor: '' }, 'cursor'],
  ['a cursor that is a number', { action: 'listRooms', cursor: 1 }, 'cursor'],
])('%s is refused as an invalid request that tells where', async ([, frame, path]) => {
  const { action } = frame as { action: string }
  await expectRefused(JSON.stringify({ ...frame, requestId: 'q' }), 'invalid_request', { action, requestId: 'q' }, path)
})

test.for<[name: string, requestId: unknown]>([
  ['of 65 characters', 'q'.repeat(65)],
  ['that is empty', ''],
  ['that is a number', 1],
  ['that is null', null],
  ['with a lone surrogate', 'q\ud800'],
])('a requestId %s is refused and not echoed', async ([, requestId]) => {
  const frame = JSON.stringify({ action: 'ping', requestId })
  await expectRefused(frame, 'invalid_request', { action: 'ping' }, 'requestId')
})

test('a requestId of 64 characters is echoed as it is', async () => {
  const requestId = `${'q'.repeat(60)}# /"`
  expect(await ada.raw(JSON.stringify({ action: 'ping', requestId }))).toMatchObject({ type: 'reply', requestId })
})

test.for<[name: string, content: string]>([
  ['one-byte characters', 'x'.repeat(16_385)],
  ['two-byte characters', `${'é'.repeat(8_192)}x`],
  ['four-byte characters', `${'𝒳'.repeat(4_096)}x`],
  ['33 KB, in more than one frame', 'x'.repeat(33_000)],
  ['nearly 128 KB', 'x'.repeat(130_000)],
])('content over 16,384 bytes is too large: %s', async ([, content]) => {
  for (const action of ['sendMessage', 'broadcastMessage']) {
    const frame = JSON.stringify({ action, requestId: 'q', chatRoomId: OWN, content })
    await expectRefused(frame, 'too_large', { action, requestId: 'q' }, 'content')
  }
})

test('content that is too large in a frame with another fault is an invalid request', async () => {
  const frame = JSON.stringify({ ...message, content: 'x'.repeat(16_385), extra: 1 })
  await expectRefused(frame, 'invalid_request', { action: 'sendMessage' }, 'content')
})

test('a thousand faults are answered with the first few', async () => {
  const members = Array.from({ length: 100 }, () => 1)
  await expectRefused(JSON.stringify({ ...room, members }), 'invalid_request', { action: 'createRoom' }, 'members.0')
})

test('a key of any length is named in short, so that the error never outgrows a message', async () => {
  for (const [frame, path] of [
    [{ action: 'ping', ['k'.repeat(130_000)]: 1 }, ''],
    [{ action: 'ping', ['"'.repeat(60_000)]: 1 }, ''],
    [{ action: 'sync', rooms: { ['k'.repeat(120_000)]: 'x' } }, `rooms.${'k'.repeat(193)}…`],
  ] as const) {
    await expectRefused(JSON.stringify(frame), 'invalid_request', { action: frame.action }, path)
    const answer = JSON.stringify(ada.frames.findLast(({ type }) => type === 'error'))
    expect(answer.length).toBeLessThan(1_000)
  }
})

const aboutOneself = Object.entries(validFrames(OWN)).filter(([action]) => !isAboutUser(action as Action))

test.for(aboutOneself)("somebody else's userId is forbidden: %s", async ([action, frame]) => {
  const text = JSON.stringify({ ...frame, requestId: 'q', userId: 'eve' })
  await expectRefused(text, 'forbidden', { action, requestId: 'q' })
})

test("one's own userId in another case is somebody else's", async () => {
  await expectRefused('{"action":"ping","userId":"Ada"}', 'forbidden', { action: 'ping' })
})

const { leaveRoom, getRoom, sendMessage, broadcastMessage, typingIndicator, getHistory } = validFrames(FOREIGN)
const inARoom = { leaveRoom, getRoom, sendMessage, broadcastMessage, typingIndicator, getHistory }

test.for(Object.entries(inARoom))(
  'a room that the user is not in, or that does not exist, is answered alike: %s',
  async ([action, frame]) => {
    const answers: unknown[] = []
    for (const chatRoomId of [FOREIGN, 'no-such-room', 'dm:no-such-room']) {
      const text = JSON.stringify({ ...frame, chatRoomId, requestId: 'q' })
      await expectRefused(text, 'not_a_member', { action, requestId: 'q' })
      answers.push(ada.frames.findLast((answer) => answer.type === 'error'))
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  },
)

test('joining a room that does not exist writes nothing', async () => {
  const text = JSON.stringify({ action: 'joinRoom', requestId: 'q', chatRoomId: 'no-such-room' })
  await expectRefused(text, 'room_not_found', { action: 'joinRoom', requestId: 'q' })
})

test('a conflict writes nothing', async () => {
  const taken = JSON.stringify({ ...message, requestId: 'q', clientMessageId: 'taken' })
  await expectRefused(taken, 'conflict', { action: 'sendMessage', requestId: 'q' })
  const exists = JSON.stringify({ ...room, requestId: 'q', chatRoomId: OWN })
  await expectRefused(exists, 'conflict', { action: 'createRoom', requestId: 'q' })
})

test('a frame over 32 KB closes the connection with 1009, as API Gateway does, and writes nothing', async () => {
  const client = await RawClient.open(chat.wsUrl, await chat.token('fay'))
  const before = (await scan(chat)).filter((item) => item.UserId !== 'fay')
  client.socket.send(JSON.stringify({ action: 'createRoom', roomName: 'x'.repeat(33 * 1024) }))
  expect((await client.closed).code).toBe(1009)
  expect(client.frames).toEqual([])
  expect((await scan(chat)).filter((item) => item.UserId !== 'fay')).toEqual(before)
})
