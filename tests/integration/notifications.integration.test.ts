import { expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { outcomeOf } from '../support/scoped.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

const HOUR = 3_600_000

test('what wakes a user is told to their other devices, with a moment of its own, and to nobody else', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, phone] = clients
  const before = Date.now()
  expect(await bob.request({ action: 'setNotifications', chatRoomId: room, level: 'mentions' })).toEqual({})
  const told = await phone.event('read')
  const levelAt = expect.any(Number) as number
  expect(told).toEqual({ event: 'read', chatRoomId: room, seq: 0, at: 0, level: 'mentions', levelAt })
  expect(told.levelAt).toBeGreaterThanOrEqual(before)
  const until = before + HOUR
  await phone.request({ action: 'setNotifications', chatRoomId: room, level: 'none', until })
  const next = await bob.event('read')
  expect(next).toMatchObject({ level: 'none', until })
  expect(next.levelAt).toBeGreaterThan(told.levelAt!)
  await settled(chat)
  for (const [client, count] of [
    [ada, 0],
    [bob, 1],
    [phone, 1],
  ] as const) {
    expect(client.events.filter(({ event }) => event === 'read')).toHaveLength(count)
  }
})

test('it is in what sync and joinRoom return, until it ends; all is the same as nothing', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [, bob] = clients
  const seen = async () => {
    const phone = await online(chat, userIds[1])
    const [synced] = (await phone.request({ action: 'sync' })).rooms
    const joined = await phone.request({ action: 'joinRoom', chatRoomId: room })
    expect(joined.notify).toEqual(synced!.notify)
    return synced!.notify
  }
  expect(await seen()).toBeUndefined()
  const until = Date.now() + HOUR
  await bob.request({ action: 'setNotifications', chatRoomId: room, level: 'none', until })
  expect(await seen()).toEqual({ level: 'none', until })
  await bob.request({ action: 'setNotifications', chatRoomId: room, level: 'mentions' })
  expect(await seen()).toEqual({ level: 'mentions' })
  for (const over of [{ level: 'none', until: Date.now() - 1 }, { level: 'all' }] as const) {
    await bob.request({ action: 'setNotifications', chatRoomId: room, ...over })
    expect(await seen()).toBeUndefined()
  }
})

test('a choice and a marker leave each other alone', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, phone] = clients
  for (const content of ['1', '2', '3']) await ada.request({ action: 'sendMessage', chatRoomId: room, content })
  await bob.request({ action: 'setNotifications', chatRoomId: room, level: 'none' })
  expect(await phone.event('read')).toMatchObject({ seq: 0, level: 'none' })
  await bob.request({ action: 'markRead', reads: { [room]: 2 } })
  const marked = await phone.event('read', ({ seq }) => seq === 2)
  expect(marked).not.toHaveProperty('level')
  await bob.request({ action: 'setNotifications', chatRoomId: room, level: 'all' })
  expect(await phone.event('read', ({ level }) => level === 'all')).toMatchObject({ seq: 2, at: marked.at })
  expect((await phone.request({ action: 'getUnread', heads: { [room]: 3 } })).rooms[room]).toMatchObject({ count: 1 })
})

test('who is in no such room may choose nothing; a backend chooses for a user, and all their devices are told', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const eve = await online(chat, unique('eve'))
  expect(await outcomeOf(eve, { action: 'setNotifications', chatRoomId: room, level: 'none' })).toBe('not_a_member')
  const backend = await givenBackend(chat, unique('shop'))
  const choice = { chatRoomId: room, level: 'none', asUserId: userIds[1] } as const
  expect(await backend.request('setNotifications', choice)).toEqual({})
  expect(await clients[1].event('read')).toMatchObject({ level: 'none' })
})
