import { expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { onlineAs, outcomeOf } from '../support/scoped.ts'
import { scan } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const settings = {
  DEFAULT_ROOM_ACCESS: 'private',
  CHOSEN_ROOM_IDS: 'server',
  ROOM_CREATION: 'scope',
  DIRECT_MESSAGES: 'server',
  PROFILES: 'token',
  RETENTION_DAYS: '90',
}
const chat = await useChat({ environment: settings })

test('what a deployment lets its users do is announced', async () => {
  const ada = await online(chat, unique('ada'))
  expect((await ada.request({ action: 'sync' })).limits).toMatchObject({
    defaultRoomAccess: 'private',
    chosenRoomIds: 'server',
    roomCreation: 'scope',
    directMessages: 'server',
    profiles: 'token',
  })
})

test('a room that is made without an access has the deployment’s', async () => {
  const ada = await onlineAs(chat, unique('ada'), 'rooms')
  const made = await ada.request({ action: 'createRoom', roomName: 'A room' })
  expect(made).toMatchObject({ access: 'private', room: { access: 'private', settings: { invite: 'moderator' } } })
  const eve = await online(chat, unique('eve'))
  expect(await outcomeOf(eve, { action: 'joinRoom', chatRoomId: made.chatRoomId })).toBe('room_not_found')
  expect(await ada.request({ action: 'createRoom', roomName: 'A room', access: 'link' })).toMatchObject({
    access: 'link',
  })
})

test('rooms are made by who has the scope; ids are the server’s, which is said before anything is read', async () => {
  const [ada, eve] = await Promise.all([onlineAs(chat, unique('ada'), 'rooms'), online(chat, unique('eve'))])
  const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'A room' })
  expect(await eve.refused({ action: 'createRoom', roomName: 'A room' })).toEqual({
    code: 'forbidden',
    message: 'unable to create a room; this deployment does not let the user',
    retryable: false,
  })
  // Nobody can learn which ids are taken.
  for (const id of [chatRoomId, unique('free')]) {
    expect(await ada.refused({ action: 'createRoom', roomName: 'A room', chatRoomId: id })).toEqual({
      code: 'forbidden',
      message: 'unable to create a room with an id of its own; this deployment makes the ids',
      retryable: false,
    })
  }
})

test('nobody writes to whom they have no direct room with; a guest’s token makes nothing', async () => {
  const [eve, guest] = await Promise.all([online(chat, unique('eve')), onlineAs(chat, unique('guest'), 'guest')])
  await settled(chat)
  const before = await scan(chat)
  const frame = { action: 'sendMessage', recipientId: unique('bob'), content: 'hi', clientMessageId: 'one' }
  expect(await eve.refused(frame)).toEqual({
    code: 'forbidden',
    message: 'unable to write to this user; this deployment makes the direct rooms',
    retryable: false,
  })
  expect(await outcomeOf(guest, frame)).toBe('forbidden')
  expect(await outcomeOf(guest, { action: 'createRoom', roomName: 'A room' })).toBe('forbidden')
  expect(await scan(chat)).toEqual(before)
})

test('an admin is not bound by any of it, and the other then writes in the room that there is', async () => {
  const [adminId, bobId] = [unique('admin'), unique('bob')]
  const [admin, bob] = await Promise.all([onlineAs(chat, adminId, 'admin'), online(chat, bobId)])
  const chatRoomId = unique('chosen')
  expect(await outcomeOf(admin, { action: 'createRoom', roomName: 'A room', chatRoomId })).toBe('ok')
  expect(await outcomeOf(admin, { action: 'sendMessage', recipientId: bobId, content: 'hi' })).toBe('ok')
  expect(await outcomeOf(bob, { action: 'sendMessage', recipientId: adminId, content: 'hi' })).toBe('ok')
})

test('what is said is kept as long as the deployment keeps it; an owner may shorten that, a backend may lengthen it', async () => {
  const ada = await onlineAs(chat, unique('ada'), 'rooms')
  const { chatRoomId, room } = await ada.request({ action: 'createRoom', roomName: 'A room', access: 'link' })
  expect(room.settings.retentionDays).toBe(90)
  const keepFor = (retentionDays: number | null) =>
    ({ action: 'updateRoom', chatRoomId, settings: { retentionDays } }) as const
  const daysKept = async () => {
    const { messageId } = await ada.request({ action: 'sendMessage', chatRoomId, content: 'hi' })
    const rows = (await scan(chat)).filter((row) => row.ChatRoomId === chatRoomId)
    const sent = rows.find((row) => row.__edb_e__ === 'Message' && row.MessageId === messageId)!
    return Math.round((Number(sent.expiresAt) - Number(sent.Timestamp) / 1_000) / 86_400)
  }
  expect(await daysKept()).toBe(90)
  const tooLong = {
    code: 'forbidden',
    message: 'unable to keep messages so long; this deployment keeps them for at most 90 days',
    retryable: false,
  }
  expect(await ada.refused(keepFor(91))).toEqual(tooLong)
  const make = { action: 'createRoom', roomName: 'A room', settings: { retentionDays: 365 } } as const
  expect(await ada.refused(make)).toEqual(tooLong)
  expect((await ada.request(keepFor(30))).room.settings.retentionDays).toBe(30)
  expect(await daysKept()).toBe(30)
  const backend = await givenBackend(chat, 'archive')
  await backend.request('updateRoom', { chatRoomId, settings: { retentionDays: 365 } })
  expect(await daysKept()).toBe(365)
  expect((await ada.request(keepFor(null))).room.settings.retentionDays).toBe(90)
  const short = { ...make, settings: { retentionDays: 7 } }
  expect((await ada.request(short)).room.settings.retentionDays).toBe(7)
  expect(await backend.request('createRoom', { roomName: 'A room', settings: make.settings })).toMatchObject({
    room: { settings: { retentionDays: 365 } },
  })
})
