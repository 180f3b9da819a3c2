import { afterAll, afterEach, expect, inject, test } from 'vitest'
import { type ErrorCode, errorCodes } from '../../src/protocol/error-codes.ts'
import type { ErrorFrame, ServerFrame } from '../../src/protocol/frames.ts'
import { connectBriefly, untilRefused } from '../support/brief-connection.ts'
import { refusal, startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'
import { validFrames } from '../support/valid-frames.ts'

const faulty = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => faulty.close())
const environment = { AWS_ENDPOINT_URL_DYNAMODB: faulty.endpoint, SEARCH: 'on' }
const chat = await useChat({ environment, log: quietLog })
const limited = await useChat({
  environment: {
    SEND_RATE_LIMIT: '2/60',
    MAX_USER_CONNECTIONS: '3',
    MAX_USER_ROOMS: '3',
    MAX_PENDING_UPLOADS: '2',
    MAX_PENDING_UPLOAD_BYTES: '1000',
  },
})
afterEach(() => {
  faulty.fault = undefined
})

const throttled = refusal(400, 'ThrottlingException')
const nonsense = refusal(400, 'ValidationException')

/** How a client provokes each code. */
const provocations: Record<ErrorCode, () => Promise<ServerFrame>> = {
  invalid_request: async () => {
    const ada = await online(chat, unique('ada'))
    return ada.ask({ action: 'sendMessage' })
  },
  unknown_action: async () => {
    const ada = await online(chat, unique('ada'))
    return ada.ask({ action: 'sing' })
  },
  token_expired: async () => untilRefused(await connectBriefly(chat, unique('ada'))),
  forbidden: async () => {
    const ada = await online(chat, unique('ada'))
    return ada.ask({ action: 'ping', userId: 'bob' })
  },
  not_a_member: async () => {
    const { room } = await givenRoom(chat, 'ada')
    const eve = await online(chat, unique('eve'))
    return eve.ask({ action: 'getHistory', chatRoomId: room })
  },
  room_not_found: async () => {
    const ada = await online(chat, unique('ada'))
    return ada.ask({ action: 'joinRoom', chatRoomId: unique('none') })
  },
  conflict: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    return clients[0].ask({ action: 'createRoom', chatRoomId: room, roomName: 'Again' })
  },
  message_not_found: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    return clients[0].ask({ action: 'pinMessage', chatRoomId: room, messageId: '0000000000000001' })
  },
  muted: async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    await clients[0].request({ action: 'muteMember', chatRoomId: room, userId: userIds[1], seconds: 60 })
    return clients[1].ask({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  },
  banned: async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    await clients[0].request({ action: 'banMember', chatRoomId: room, userId: userIds[1], seconds: 60 })
    return clients[1].ask({ action: 'joinRoom', chatRoomId: room })
  },
  room_closed: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    await clients[0].request({ action: 'closeRoom', chatRoomId: room, closed: true })
    return clients[0].ask({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  },
  invalid_invite: async () => {
    const ada = await online(chat, unique('ada'))
    return ada.ask({ action: 'joinRoom', invite: 'x'.repeat(22) })
  },
  too_large: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    return clients[0].ask({ action: 'sendMessage', chatRoomId: room, content: 'x'.repeat(16_385) })
  },
  rate_limited: async () => {
    const { room, clients } = await givenRoom(limited, 'ada')
    // Two windows of two sends at most, in case a minute ends in the meantime.
    for (let sends = 0; sends < 4; sends++) {
      const answer = await clients[0].ask({ action: 'sendMessage', chatRoomId: room, content: 'again' })
      if (answer.type === 'error') return answer
    }
    return clients[0].ask({ action: 'sendMessage', chatRoomId: room, content: 'too often' })
  },
  limit_reached: async () => {
    const ada = await online(limited, unique('ada'))
    for (const roomName of ['One', 'Two', 'Three']) await ada.request({ action: 'createRoom', roomName })
    return ada.ask({ action: 'createRoom', roomName: 'Four' })
  },
  unavailable: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    faulty.fault = () => throttled
    return clients[0].ask({ action: 'getRoom', chatRoomId: room })
  },
  internal: async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    faulty.fault = () => nonsense
    return clients[0].ask({ action: 'getRoom', chatRoomId: room })
  },
}

function errorOf(answer: ServerFrame): ErrorFrame['error'] {
  if (answer.type !== 'error') throw new Error(`not an error: ${JSON.stringify(answer)}`)
  return answer.error
}

test('every error code has a test that provokes it', () => {
  expect(Object.keys(provocations).sort()).toEqual(Object.keys(errorCodes).sort())
})

test.for(Object.entries(provocations) as [ErrorCode, () => Promise<ServerFrame>][])('%s', async ([code, provoke]) => {
  const error = errorOf(await provoke())
  const { retryAfterMs, details } = error
  expect(error).toEqual({
    code,
    message: expect.stringMatching(/^unable to .+; .+/) as string,
    retryable: errorCodes[code].retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  })
  expect(retryAfterMs !== undefined).toBe(['rate_limited', 'muted', 'banned'].includes(code))
  expect(details !== undefined).toBe(code === 'invalid_request' || code === 'too_large')
  expect(JSON.stringify(error)).not.toMatch(/dynamodb|exception|\.ts:|node_modules/i)
})

test('a limit of sends counts by user, over connections and rooms, and says when to come back', async () => {
  const { room, clients, userIds } = await givenRoom(limited, 'ada', 'bob')
  const elsewhere = await online(limited, userIds[0])
  const { chatRoomId } = await elsewhere.request({ action: 'createRoom', roomName: 'Other' })
  const answers: ServerFrame[] = []
  for (let sends = 0; sends < 5; sends++) {
    const frame = sends % 2 === 0 ? { chatRoomId: room } : { chatRoomId }
    const client = sends % 2 === 0 ? clients[0] : elsewhere
    answers.push(await client.ask({ action: 'sendMessage', content: 'hello', ...frame }))
  }
  const [refused] = answers.flatMap((answer) => (answer.type === 'error' ? [answer.error] : []))
  expect(refused).toMatchObject({
    code: 'rate_limited',
    message: 'unable to send; the limit is 2 in 60 s',
    retryable: true,
  })
  expect(refused!.retryAfterMs).toBeGreaterThan(0)
  expect(refused!.retryAfterMs).toBeLessThanOrEqual(60_000)
  const kept = (await itemsOf(limited, 'Message')).filter((item) => item.SenderId === userIds[0])
  expect(kept).toHaveLength(answers.filter(({ type }) => type === 'reply').length)
  await clients[1].request({ action: 'sendMessage', chatRoomId: room, content: 'another user' })
})

test('a send over the limit writes nothing: no direct room is made, and nobody is put back into one', async () => {
  const [adaId, bobId, eveId] = [unique('ada'), unique('bob'), unique('eve')]
  const [ada, bob] = [await online(limited, adaId), await online(limited, bobId)]
  const first = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
  await bob.request({ action: 'leaveRoom', chatRoomId: first.chatRoomId })
  const before = await itemsOf(limited, 'Membership')
  let code: string | undefined
  for (let sends = 0; sends < 4 && code === undefined; sends++) {
    const answer = await ada.ask({ action: 'sendMessage', recipientId: adaId, content: 'to myself' })
    if (answer.type === 'error') ({ code } = answer.error)
  }
  const known = (await itemsOf(limited, 'Membership')).length
  for (const recipientId of [bobId, eveId]) {
    expect(await ada.refused({ action: 'sendMessage', recipientId, content: 'again' })).toMatchObject({
      code: 'rate_limited',
      message: 'unable to send; the limit is 2 in 60 s',
    })
  }
  const after = await itemsOf(limited, 'Membership')
  expect(after).toHaveLength(known)
  expect(after.filter(({ UserId }) => UserId === bobId || UserId === eveId)).toEqual(
    before.filter(({ UserId }) => UserId === bobId),
  )
})

test('a retry of what was kept is answered over the limit too, and is not counted', async () => {
  const { room, clients } = await givenRoom(limited, 'ada')
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  expect(await clients[0].request(frame)).toMatchObject({ duplicate: false })
  for (let tries = 0; tries < 5; tries++) {
    expect(await clients[0].request(frame)).toMatchObject({ duplicate: true })
  }
})

test('a user has so many rooms of their own, by whatever action, and others can add them to more', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob, cyd] = [
    await online(limited, adaId),
    await online(limited, bobId),
    await online(limited, unique('cyd')),
  ]
  for (const chatRoomId of [unique('room'), unique('room'), unique('room')]) {
    await bob.request({ action: 'createRoom', chatRoomId, roomName: 'Bob’s', members: [adaId] })
    await ada.event('roomAdded', (event) => event.chatRoomId === chatRoomId)
  }
  const [open, elsewhere] = [unique('room'), unique('room')]
  for (const chatRoomId of [open, elsewhere]) await cyd.request({ action: 'createRoom', chatRoomId, roomName: 'Open' })

  const own = await ada.request({ action: 'createRoom', roomName: 'Ada’s' })
  await ada.request({ action: 'joinRoom', chatRoomId: open })
  await ada.request({ action: 'sendMessage', recipientId: unique('dan'), content: 'hello' })
  const roomsOfAda = async () => (await itemsOf(limited, 'Membership')).filter(({ UserId }) => UserId === adaId)
  const before = await roomsOfAda()
  for (const frame of [
    { action: 'createRoom', roomName: 'Another' },
    { action: 'joinRoom', chatRoomId: elsewhere },
    { action: 'sendMessage', recipientId: unique('eve'), content: 'hello' },
  ] as const) {
    expect(await ada.refused(frame)).toEqual({
      code: 'limit_reached',
      message: 'unable to enter another room; a user makes or joins 3 at most',
      retryable: false,
    })
  }
  expect(await roomsOfAda()).toEqual(before)
  await ada.request({ action: 'joinRoom', chatRoomId: open })
  await ada.request({ action: 'leaveRoom', chatRoomId: own.chatRoomId })
  await ada.request({ action: 'joinRoom', chatRoomId: elsewhere })
})

test('a user listens on so many connections at once; the next one can when one has ended', async () => {
  const userId = unique('ada')
  const first = await online(limited, userId)
  const [second] = [await online(limited, userId), await online(limited, userId)]
  const late = await connect(limited, userId)
  for (const frame of [{ action: 'sync' }, { action: 'createRoom', roomName: 'A room' }] as const) {
    expect(await late.refused(frame)).toEqual({
      code: 'limit_reached',
      message: 'unable to listen on another connection; a user has 3 at most',
      retryable: false,
    })
  }
  expect((await itemsOf(limited, 'Session')).filter(({ UserId }) => UserId === userId)).toHaveLength(3)
  expect((await second.request({ action: 'sync' })).limits.userConnections).toBe(3)
  await first.close()
  // The client has closed before the server's clean-up has begun.
  while ((await late.ask({ action: 'sync' })).type === 'error') await settled(limited)
})

test('of many connections that sync at once no more have events than a user may have', async () => {
  const userId = unique('ada')
  const many = await Promise.all(Array.from({ length: 12 }, () => connect(limited, userId)))
  const answers = await Promise.all(many.map((one) => one.ask({ action: 'sync' })))
  const refused = answers.flatMap((answer) => (answer.type === 'error' ? [answer.error] : []))
  expect(new Set(refused.map(({ code, message }) => `${code}: ${message}`))).toEqual(
    new Set(['limit_reached: unable to listen on another connection; a user has 3 at most']),
  )
  const left = (await itemsOf(limited, 'Session')).filter(({ UserId }) => UserId === userId)
  expect(left).toHaveLength(many.length - refused.length)
  expect(left.length).toBeLessThanOrEqual(3)
})

test('a user has so many uploads, and so many bytes, on their way; a retry is no further one', async () => {
  const { room, clients } = await givenRoom(limited, 'ada')
  const [ada] = clients
  const file = { action: 'handleFileUpload', chatRoomId: room, fileName: 'a.txt', contentType: 'text/plain' } as const
  await ada.request({ ...file, clientMessageId: 'one', size: 900 })
  expect(await ada.refused({ ...file, clientMessageId: 'two', size: 200 })).toEqual({
    code: 'limit_reached',
    message: 'unable to upload; files of 1000 bytes at most may be on their way',
    retryable: false,
  })
  for (const _ of ['first', 'retry']) await ada.request({ ...file, clientMessageId: 'two', size: 100 })
  expect(await ada.refused({ ...file, clientMessageId: 'three', size: 1 })).toMatchObject({
    code: 'limit_reached',
    message: 'unable to upload; 2 files of this user are on their way',
  })
  expect((await itemsOf(limited, 'Upload')).filter(({ ChatRoomId }) => ChatRoomId === room)).toHaveLength(2)
})

test('no limit of sends is on by default', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const sends = Array.from({ length: 30 }, () =>
    clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'again' }),
  )
  expect(await Promise.all(sends)).toHaveLength(30)
  expect(await itemsOf(chat, 'RateWindow')).toEqual([])
})

test.for([
  ['throttles', throttled],
  ['throttles the table', refusal(400, 'ProvisionedThroughputExceededException')],
  ['fails', refusal(500, 'InternalServerError')],
  ['is away', { status: 503, body: {} }],
  ['breaks its sockets', 'drop' as const],
] as const)(
  'when the table %s, every action that needs it is unavailable and nothing is written',
  async ([, fault]) => {
    const { room, clients } = await givenRoom(chat, 'ada')
    await settled(chat)
    const { ping, ...frames } = validFrames(room)
    const before = await itemsOf(chat, 'Message')

    faulty.fault = () => fault
    const answers = await Promise.all(Object.values(frames).map((frame) => clients[0].ask(frame)))
    expect(answers.map((answer) => [answer.type === 'error' && answer.action, errorOf(answer).code])).toEqual(
      Object.keys(frames).map((action) => [action, 'unavailable']),
    )
    expect((await clients[0].ask(ping)).type).toBe('reply')
    faulty.fault = undefined
    expect(await itemsOf(chat, 'Message')).toEqual(before)
    expect((await clients[0].request({ action: 'sync' })).rooms).toMatchObject([{ chatRoomId: room, headSeq: 0 }])
  },
)

test('a send that failed midway can be repeated, and is kept and delivered once', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  faulty.fault = ({ operation }) => (operation === 'TransactWriteItems' ? 'drop' : undefined)
  expect((await clients[0].refused(frame)).code).toBe('unavailable')
  faulty.fault = undefined
  expect(await clients[0].request(frame)).toMatchObject({ duplicate: false })
  await clients[1].messages(room, ['hello'])
  await settled(chat)
  expect(clients[1].contents(room)).toEqual(['hello'])
})

test.for(['c1', undefined])('a write whose answer is lost is not written again (clientMessageId %s)', async (id) => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  let lost = 0
  faulty.fault = ({ operation }) =>
    (operation === 'TransactWriteItems' || operation === 'PutItem') && lost++ === 0 ? 'dropAnswer' : undefined
  const sent = await clients[0].request({
    action: 'sendMessage',
    chatRoomId: room,
    content: 'hello',
    ...(id === undefined ? {} : { clientMessageId: id }),
  })
  expect(lost).toBeGreaterThan(1)
  expect(sent).toMatchObject({ seq: 1, duplicate: false })
  await settled(chat)
  expect(clients[1].contents(room)).toEqual(['hello'])
  expect((await clients[1].request({ action: 'getHistory', chatRoomId: room })).messages).toHaveLength(1)
})

test('a batch that the table answers in part is not taken for the whole', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const held = new Set<string>()
  faulty.fault = ({ operation, input }) => {
    const key = operation + JSON.stringify(input.RequestItems)
    if (operation !== 'BatchGetItem' || held.has(key)) return undefined
    held.add(key)
    return { status: 200, body: { Responses: {}, UnprocessedKeys: input.RequestItems } }
  }
  const { rooms } = await clients[1].request({ action: 'sync' })
  expect(held.size).toBeGreaterThan(0)
  expect(rooms.map(({ chatRoomId }) => chatRoomId)).toEqual([room])
  held.clear()
  expect((await clients[1].request({ action: 'listRooms' })).rooms).toHaveLength(1)
  faulty.fault = undefined
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await clients[1].messages(room, ['hello'])
})

test('a batch that the table never answers in full is unavailable', async () => {
  const { clients } = await givenRoom(chat, 'ada')
  faulty.fault = ({ operation, input }) =>
    operation === 'BatchGetItem'
      ? { status: 200, body: { Responses: {}, UnprocessedKeys: input.RequestItems } }
      : undefined
  expect((await clients[0].refused({ action: 'listRooms' })).code).toBe('unavailable')
})

test('when the table fails, no socket is opened: 503, and the client connects again', async () => {
  faulty.fault = () => throttled
  await expect(connect(chat, unique('ada'))).rejects.toThrow('503')
  faulty.fault = undefined
  await connect(chat, unique('ada'))
})
