import { describe, expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
await entitiesOf(chat)
const { setBlocked } = await import('../../src/entities/user.ts')
const newBackend = () => givenBackend(chat, unique('shop'))

const CLOSED = { code: 1000, reason: 'Connection Closed Normally' }

describe('disconnectUser', () => {
  test('closes all connections of a user, also one that never synced, each after a last event', async () => {
    const backend = await newBackend()
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const silent = await connect(chat, userIds[0])
    await bob.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
    const frame = { userId: userIds[0], reason: 'signed out' }
    expect(await backend.request('disconnectUser', frame)).toEqual({ connections: 2 })
    expect(await Promise.all([ada.closed, silent.closed])).toEqual([CLOSED, CLOSED])
    expect(ada.events.at(-1)).toEqual({ event: 'goodbye', reason: 'signed out' })
    expect(silent.events).toEqual([{ event: 'goodbye', reason: 'signed out' }])
    await settled(chat)
    expect(bob.events.map(({ event }) => event)).not.toContain('goodbye')
    expect(await backend.request('disconnectUser', { userId: userIds[0] })).toEqual({ connections: 0 })

    const again = await online(chat, userIds[0])
    expect(await backend.request('disconnectUser', { userId: userIds[0] })).toEqual({ connections: 1 })
    expect(await again.closed).toEqual(CLOSED)
    expect(again.events).toEqual([{ event: 'goodbye' }])
  })
})

describe('banUser', () => {
  test('keeps a user out of the deployment, however they come, until unbanUser', async () => {
    const backend = await newBackend()
    const ada = unique('ada')
    const client = await online(chat, ada)
    expect(await backend.request('banUser', { userId: ada })).toEqual({})
    expect(await client.closed).toEqual(CLOSED)
    expect(client.events).toEqual([{ event: 'goodbye', reason: 'blocked' }])
    await expect(connect(chat, ada)).rejects.toThrow('403')
    expect(await backend.ask('sendMessage', { recipientId: unique('bob'), content: 'hi', asUserId: ada })).toEqual({
      status: 403,
      error: {
        code: 'forbidden',
        message: 'unable to act; the user is banned from this deployment',
        retryable: false,
      },
    })
    await settled(chat)
    const rows = await itemsOf(chat, 'Connection')
    expect(rows.filter(({ UserId }) => UserId === ada)).toEqual([])

    expect(await backend.request('unbanUser', { userId: ada })).toEqual({})
    await online(chat, ada)
    expect(await backend.request('unbanUser', { userId: unique('nobody') })).toEqual({})
  })

  test('has an end, if it is given one that is to come', async () => {
    const backend = await newBackend()
    const ada = unique('ada')
    await backend.request('banUser', { userId: ada, until: Date.now() + 3_600_000 })
    await expect(connect(chat, ada)).rejects.toThrow('403')
    await setBlocked(ada, Date.now() - 1, { by: 'shop', at: Date.now() })
    await online(chat, ada)
    expect(await backend.ask('banUser', { userId: ada, until: Date.now() - 1 })).toEqual({
      status: 400,
      error: {
        code: 'invalid_request',
        message: 'unable to ban the user; the end of the ban has passed',
        retryable: false,
        details: [{ path: 'until', problem: 'has passed' }],
      },
    })
  })

  test('of a backend takes its actions away, but for letting somebody in again', async () => {
    const [backend, other] = await Promise.all([newBackend(), newBackend()])
    await other.request('banUser', { userId: backend.sub })
    expect(await backend.ask('listRooms')).toMatchObject({ status: 403, error: { code: 'forbidden' } })
    await backend.request('unbanUser', { userId: backend.sub })
    expect(await backend.ask('listRooms')).toMatchObject({ status: 200 })
  })
})

test.each(['disconnectUser', 'banUser', 'unbanUser'])('%s is no action over a WebSocket', async (action) => {
  const ada = await online(chat, unique('ada'))
  expect(await ada.refused({ action, userId: 'bob' })).toMatchObject({
    code: 'unknown_action',
    message: 'unable to act; there is no such action',
  })
})
