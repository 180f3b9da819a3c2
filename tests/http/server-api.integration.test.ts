import { describe, expect, test } from 'vitest'
import type { Reply } from '../../src/protocol/actions.ts'
import { socketOnly } from '../../src/protocol/server-api.ts'
import { directRoomId } from '../../src/rooms/direct-room.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

/** Small, so that a batch reaches the limit. Each test has a backend of its own. */
const SERVER_RATE = 30
const chat = await useChat({ environment: { SEND_RATE_LIMIT: '1/3600', SERVER_RATE_LIMIT: `${SERVER_RATE}/3600` } })
const newBackend = () => givenBackend(chat, unique('shop'))

const invalid = (path: string, problem: string) => ({
  status: 400,
  error: { code: 'invalid_request', retryable: false, details: [{ path, problem }] },
})
const NOT_A_MEMBER = {
  status: 403,
  error: {
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
    retryable: false,
  },
}

describe('messages', () => {
  test('reach every connection, the sender’s own too, and nobody becomes a member', async () => {
    const backend = await newBackend()
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const frame = { chatRoomId: room, content: 'paid', clientMessageId: 'o1' }
    const sent = await backend.request('sendMessage', frame)
    await Promise.all(clients.map((client) => client.messages(room, ['paid'])))
    const asAda = await backend.request('sendMessage', { chatRoomId: room, content: 'hi', asUserId: userIds[0] })
    await Promise.all(clients.map((client) => client.messages(room, ['hi'])))
    await settled(chat)

    expect(sent).toEqual({
      chatRoomId: room,
      messageId: '0000000000000001',
      seq: 1,
      timestamp: expect.any(Number) as number,
      duplicate: false,
    })
    expect(asAda).toMatchObject({ seq: 2 })
    for (const { events } of clients) {
      expect(events.filter(({ event }) => event === 'message')).toMatchObject([
        { seq: 1, senderId: backend.sub, clientMessageId: 'o1' },
        { seq: 2, senderId: userIds[0] },
      ])
    }
    const rows = (await itemsOf(chat, 'Message')).filter((item) => item.ChatRoomId === room)
    expect(rows.map(({ Via }) => Via)).toEqual([undefined, backend.sub])
    expect(await backend.request('getRoom', { chatRoomId: room })).toMatchObject({ members: userIds.toSorted() })
    expect(await backend.request('sendMessage', frame)).toEqual({ ...sent, duplicate: true })
  })

  test('to a user make the direct room of the two, for whom a backend acts as well', async () => {
    const backend = await newBackend()
    const [ada, bob] = [unique('ada'), unique('bob')]
    const client = await online(chat, bob)
    const sent = await backend.request('sendMessage', { recipientId: bob, content: 'hi', asUserId: ada })
    const own = await backend.request('sendMessage', { recipientId: bob, content: 'hello' })
    expect([sent.chatRoomId, own.chatRoomId]).toEqual([directRoomId(ada, bob), directRoomId(backend.sub, bob)])
    const chatRoomId = sent.chatRoomId as string
    await client.messages(chatRoomId, ['hi'])
    expect(await backend.request('getHistory', { chatRoomId })).toMatchObject({
      messages: [{ content: 'hi', senderId: ada }],
    })
    expect(await backend.request('getRoom', { chatRoomId })).toMatchObject({ members: [ada, bob].sort() })
  })

  test('go by the wish of a user who has blocked the other, who acts by a backend', async () => {
    const backend = await newBackend()
    const [ada, bob] = [unique('ada'), unique('bob')]
    await backend.request('blockUser', { userId: ada, asUserId: bob })
    const refused = { status: 403, error: { code: 'forbidden', message: 'unable to write to this user' } }
    const frame = { recipientId: bob, content: 'hi', asUserId: ada }
    expect(await backend.ask('sendMessage', frame)).toMatchObject(refused)
    await backend.request('unblockUser', { userId: ada, asUserId: bob })
    await backend.request('sendMessage', frame)
    await backend.request('blockUser', { userId: ada, asUserId: bob })
    expect(await backend.ask('sendMessage', frame)).toMatchObject(refused)
  })

  test('pass a closed room, slow mode, a mute and the limit of sends', async () => {
    const backend = await newBackend()
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const bob = { chatRoomId: room, asUserId: userIds[1] }
    await backend.request('updateRoom', { chatRoomId: room, settings: { slowModeSeconds: 3_600 } })
    await backend.request('muteMember', { chatRoomId: room, userId: userIds[1], seconds: 600 })
    await backend.request('closeRoom', { chatRoomId: room, closed: true })
    expect(await clients[0].refused({ action: 'sendMessage', chatRoomId: room, content: 'no' })).toMatchObject({
      code: 'room_closed',
    })
    await backend.request('sendMessage', { ...bob, content: 'one' })
    await backend.request('sendMessage', { ...bob, content: 'two' })
    await backend.request('broadcastMessage', { ...bob, content: 'three' })
    await clients[1].messages(room, ['one', 'two', 'three'])
  })

  test('with a file need no membership either', async () => {
    const backend = await newBackend()
    const { room, clients, userIds } = await givenRoom(chat, 'ada')
    const file = { chatRoomId: room, fileName: 'dot.png', contentType: 'image/png', size: png.length }
    for (const asUserId of [backend.sub, unique('eve')]) {
      const form = (await backend.request('handleFileUpload', { ...file, asUserId })) as Reply<'handleFileUpload'>
      expect((await sendForm(form, png)).status).toBe(204)
      const { messageId } = await clients[0].event('message', ({ senderId }) => senderId === asUserId)
      expect(await backend.request('getFileUrl', { chatRoomId: room, messageId })).toMatchObject({
        fileUrl: expect.any(String) as string,
      })
    }
    const rows = (await itemsOf(chat, 'Message')).filter((item) => item.ChatRoomId === room)
    expect(rows.map(({ Via }) => Via)).toEqual([undefined, backend.sub])
    expect(await backend.request('listMembers', { chatRoomId: room })).toMatchObject({
      members: [{ userId: userIds[0] }],
    })
  })

  test('into a room that is none write nothing', async () => {
    const backend = await newBackend()
    const chatRoomId = unique('nowhere')
    for (const frame of [{ content: 'hi' }, { content: 'hi', clientMessageId: 'c1' }]) {
      expect(await backend.ask('sendMessage', { chatRoomId, ...frame })).toEqual(NOT_A_MEMBER)
    }
    expect(await backend.ask('getRoom', { chatRoomId })).toEqual(NOT_A_MEMBER)
    expect((await itemsOf(chat, 'ChatRoom')).filter((item) => item.ChatRoomId === chatRoomId)).toEqual([])
  })
})

describe('rooms', () => {
  test('made in nobody’s name have no owner, and all connections of all members hear of them', async () => {
    const backend = await newBackend()
    const [ada, bob] = [unique('ada'), unique('bob')]
    const clients = await Promise.all([online(chat, ada), online(chat, ada), online(chat, bob)])
    const room = { roomName: 'Order 1', access: 'private', members: [ada, bob] }
    const made = await backend.request('createRoom', room)
    const chatRoomId = made.chatRoomId as string
    expect(made).toMatchObject({ members: [ada, bob].sort(), access: 'private', room: { createdBy: backend.sub } })
    expect(made).not.toHaveProperty('role')
    for (const client of clients) {
      expect(await client.event('roomAdded')).toMatchObject({ chatRoomId, role: 'member', access: 'private' })
    }
    expect(await backend.request('listMembers', { chatRoomId })).toMatchObject({
      members: [ada, bob].sort().map((userId) => ({ userId, role: 'member' })),
    })
  })

  test('made as a user are that user’s', async () => {
    const backend = await newBackend()
    const [ada, bob] = [unique('ada'), unique('bob')]
    const clients = await Promise.all([online(chat, ada), online(chat, bob)])
    const made = await backend.request('createRoom', { roomName: 'Order 2', members: [bob], asUserId: ada })
    expect(made).toMatchObject({ role: 'owner', members: [ada, bob].sort(), room: { createdBy: ada } })
    await Promise.all(clients.map((client) => client.event('roomAdded')))
    expect(await backend.request('listMembers', { chatRoomId: made.chatRoomId })).toMatchObject({
      members: [
        { userId: ada, role: 'owner' },
        { userId: bob, role: 'member' },
      ],
    })
    expect(await backend.request('listRooms', { asUserId: bob })).toMatchObject({
      rooms: [{ chatRoomId: made.chatRoomId }],
    })
  })

  test('with more members than one transaction takes have the owner too, or none', async () => {
    const backend = await newBackend()
    const many = Array.from({ length: 12 }, (_, i) => unique(`user${String(i).padStart(2, '0')}`))
    for (const owner of [undefined, many[11]]) {
      const asUserId = owner === undefined ? {} : { asUserId: owner }
      const made = await backend.request('createRoom', { roomName: 'Many', members: many, ...asUserId })
      const { members } = await backend.request('listMembers', { chatRoomId: made.chatRoomId })
      const roles = new Map((members as { userId: string; role: string }[]).map(({ userId, role }) => [userId, role]))
      expect(roles).toEqual(new Map(many.map((userId) => [userId, userId === owner ? 'owner' : 'member'])))
    }
  })

  test('are a backend’s to moderate, above their owners', async () => {
    const backend = await newBackend()
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    await backend.request('setRole', { chatRoomId: room, userId: userIds[1], role: 'owner' })
    await backend.request('removeMember', { chatRoomId: room, userId: userIds[0], reason: 'spam' })
    await backend.request('updateRoom', { chatRoomId: room, topic: 'Tea', asUserId: userIds[1] })
    expect(await clients[0].event('removed')).toMatchObject({ reason: 'kicked', note: 'spam' })
    const { entries } = await backend.request('getAudit', { chatRoomId: room })
    expect(entries).toMatchObject([
      { action: 'settings', by: userIds[1], via: backend.sub },
      { action: 'kick', by: backend.sub, userId: userIds[0] },
      { action: 'role', by: backend.sub, userId: userIds[1] },
    ])
    expect((entries as object[])[1]).not.toHaveProperty('via')
  })
})

describe('a batch', () => {
  test('is done in order, and what fails stops nothing', async () => {
    const backend = await newBackend()
    const { room } = await givenRoom(chat, 'ada')
    const send = { action: 'sendMessage', chatRoomId: room }
    const answer = await backend.ask('batch', {
      actions: [
        { ...send, content: 'one' },
        { ...send, content: '' },
        { action: 'batch', actions: [] },
        { action: 'sync' },
        { ...send, content: 'two' },
        { action: 'getHistory', chatRoomId: room },
      ],
    })
    expect(answer).toMatchObject({
      status: 200,
      data: {
        results: [
          { data: { seq: 1 } },
          { error: { code: 'invalid_request' } },
          { error: { code: 'unknown_action' } },
          { error: { code: 'unknown_action' } },
          { data: { seq: 2 } },
          { data: { messages: [{ content: 'one' }, { content: 'two' }] } },
        ],
      },
    })
  })

  test('has 1 to 25 actions', async () => {
    const backend = await newBackend()
    const action = { action: 'listRooms' }
    for (const actions of [[], Array(26).fill(action), undefined, [{}]]) {
      expect(await backend.ask('batch', { actions })).toMatchObject({ status: 400, error: { code: 'invalid_request' } })
    }
  })

  test('counts each of its actions: a backend may act so often, whoever it acts as, and others go on', async () => {
    const [busy, other] = await Promise.all([newBackend(), newBackend()])
    const action = { action: 'listRooms', asUserId: 'ada' }
    await busy.request('batch', { actions: Array(25).fill(action) })
    const { results } = await busy.request('batch', { actions: Array(6).fill({ action: 'listRooms' }) })
    const refused = {
      code: 'rate_limited',
      message: `unable to act; the limit is ${SERVER_RATE} in 3600 s`,
      retryable: true,
      retryAfterMs: expect.any(Number) as number,
    }
    expect((results as object[]).slice(4)).toEqual([{ data: { rooms: [] } }, { error: refused }])
    expect(await busy.ask('listRooms')).toEqual({ status: 429, error: refused })
    expect(await other.ask('listRooms')).toMatchObject({ status: 200 })
  })
})

describe('who may', () => {
  test('is who has a token with the scope', async () => {
    const url = `${chat.url}/v1/listRooms`
    const ask = async (authorization?: string) => {
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
      const response = await fetch(url, { method: 'POST', headers, body: '{}' })
      return [response.status, await response.json()]
    }
    const token = await chat.token('shop', { scope: 'chat tabletalk:server' })
    expect(await ask()).toEqual([401, { message: 'Unauthorized' }])
    for (const wrong of ['', 'Basic eDp5', 'Bearer x.y.z', `Bearer ${token}x`, token]) {
      expect((await ask(wrong))[0]).toBeOneOf([401, 403])
    }
    for (const scope of [undefined, 'tabletalk:admin', 'server']) {
      const other = await chat.token('shop', scope === undefined ? {} : { scope })
      expect(await ask(`Bearer ${other}`)).toEqual([403, { message: 'Forbidden' }])
    }
    expect(await ask(`Bearer ${token}`)).toEqual([200, { data: { rooms: [] } }])
    expect(await ask(`bearer  ${token}`)).toEqual([200, { data: { rooms: [] } }])
  })

  test('is nobody over a socket with that scope', async () => {
    const { RawClient } = await import('../../scripts/shared/raw-client.ts')
    const token = await chat.token('shop', { scope: 'tabletalk:server' })
    await expect(RawClient.open(chat.wsUrl, token)).rejects.toThrow('401')
    await connect(chat, 'shop')
  })
})

describe('requests', () => {
  const names = [...socketOnly, 'nothing', 'constructor', '__proto__', 'toString', 'send%4dessage%20']

  test.each(names)('%s is no action here', async (name) => {
    expect(await (await newBackend()).ask(name)).toEqual({
      status: 404,
      error: {
        code: 'unknown_action',
        message: 'unable to act; there is no such action at the server API',
        retryable: false,
      },
    })
  })

  test('that are no JSON object, or not of the schema, say what is wrong', async () => {
    const backend = await newBackend()
    expect(await backend.ask('listRooms', 'hello')).toMatchObject(invalid('', 'is not JSON'))
    expect(await backend.ask('listRooms', '[]')).toMatchObject(invalid('', 'is not an object'))
    expect(await backend.ask('listRooms', '')).toMatchObject(invalid('', 'is not JSON'))
    expect(await backend.ask('listRooms', '{"__proto__":{}}')).toMatchObject(invalid('__proto__', 'is not allowed'))
    expect(await backend.ask('listRooms', { action: 'listRooms' })).toMatchObject(
      invalid('action', 'is not a field here'),
    )
    expect(await backend.ask('listRooms', { asUserId: '' })).toMatchObject({
      status: 400,
      error: { code: 'invalid_request', details: [{ path: 'asUserId' }] },
    })
    expect(await backend.ask('listRooms', { limit: 0 })).toMatchObject({ error: { details: [{ path: 'limit' }] } })
    expect(await backend.ask('getRoom', { chatRoomId: 'x', content: '' })).toMatchObject({ status: 400 })
    expect(await backend.ask('sendMessage', { chatRoomId: 'x', content: 'x'.repeat(20_000) })).toMatchObject({
      status: 413,
      error: { code: 'too_large' },
    })
    expect(await backend.ask('listRooms', { userId: 'ada' })).toMatchObject({
      status: 403,
      error: { code: 'forbidden', message: "unable to act; userId isn't the token's user" },
    })
    expect(await backend.ask('listRooms', { userId: 'ada', asUserId: 'ada' })).toMatchObject({ status: 200 })
  })

  test('are JSON whatever their content type says', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await (await newBackend()).ask('listRooms', {}, headers)).toMatchObject({ status: 200 })
  })

  test('are POSTs of one name', async () => {
    const { url } = chat
    for (const [method, path] of [
      ['GET', '/v1/listRooms'],
      ['POST', '/v1/'],
      ['POST', '/v1/listRooms/x'],
    ] as const) {
      const response = await fetch(url + path, { method })
      expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }])
    }
  })
})
