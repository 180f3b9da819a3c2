import { expect, expectTypeOf, test } from 'vitest'
import type { NewRoom, Room, RoomChanges } from '../../client/index.ts'
import type { Action, Request } from '../../src/protocol/actions.ts'
import { type Given, givenClient, givenJoinedRoom } from './given-client.ts'
import { detailsOf, factsOf } from './given-details.ts'
import { settled } from './virtual-clock.ts'

const chatRoomId = 'general'

/** Joins a room `general` that this user owns. */
async function givenOwnRoom() {
  const given = givenClient()
  given.server.room(chatRoomId)
  given.server.facts.set(chatRoomId, factsOf('private', 'owner'))
  await given.client.connect()
  const room = given.client.room(chatRoomId)
  await room.join()
  return { ...given, room }
}

test.each<[string, (of: { room: Room; client: Given['client'] }) => Promise<unknown>, object]>([
  [
    'add',
    ({ room }) => room.add(['bob'], { role: 'guest' }),
    { action: 'addMembers', userIds: ['bob'], role: 'guest' },
  ],
  [
    'remove',
    ({ room }) => room.remove('bob', { reason: 'no' }),
    { action: 'removeMember', userId: 'bob', reason: 'no' },
  ],
  ['setRole', ({ room }) => room.setRole('bob', 'guest'), { action: 'setRole', userId: 'bob', role: 'guest' }],
  ['createInvite', ({ room }) => room.createInvite({ maxUses: 1 }), { action: 'createInvite', maxUses: 1 }],
  ['revokeInvite', ({ room }) => room.revokeInvite('i'), { action: 'revokeInvite', invite: 'i' }],
  [
    'ban',
    ({ room }) => room.ban('bob', { seconds: 60, deleteMessagesSeconds: 5 }),
    { action: 'banMember', userId: 'bob', seconds: 60, deleteMessagesSeconds: 5 },
  ],
  ['unban', ({ room }) => room.unban('bob'), { action: 'unbanMember', userId: 'bob' }],
  ['mute', ({ room }) => room.mute('bob', { seconds: 60 }), { action: 'muteMember', userId: 'bob', seconds: 60 }],
  ['unmute', ({ room }) => room.unmute('bob'), { action: 'muteMember', userId: 'bob', seconds: 0 }],
  ['report', ({ room }) => room.report('m', 'spam'), { action: 'reportMessage', messageId: 'm', reason: 'spam' }],
  ['audit', ({ room }) => room.audit({ before: 5, limit: 2 }), { action: 'getAudit', before: 5, limit: 2 }],
  ['join', ({ room }) => room.join({ invite: 'i' }), { action: 'joinRoom', invite: 'i' }],
])('room.%s asks the server for it', async (_, ask, frame) => {
  const { server, ...given } = await givenOwnRoom()
  await ask(given)
  expect(server.socket.asked.at(-1)).toMatchObject({ chatRoomId, ...frame })
})

test.each<[string, (client: Given['client']) => Promise<unknown>, object]>([
  ['block', (client) => client.block('bob'), { action: 'blockUser', userId: 'bob' }],
  ['unblock', (client) => client.unblock('bob'), { action: 'unblockUser', userId: 'bob' }],
  ['publicRooms', (client) => client.publicRooms({ prefix: 'g' }), { action: 'listPublicRooms', prefix: 'g' }],
  [
    'searchMessages',
    (client) =>
      client.searchMessages({ rooms: ['a', client.room('b')], query: 'x', from: 'bob', limit: 5, cursor: 'n' }),
    { action: 'searchMessages', chatRoomIds: ['a', 'b'], query: 'x', from: 'bob', limit: 5, cursor: 'n' },
  ],
  [
    'room().search',
    (client) => client.room('a').search('x', { before: 7 }),
    { chatRoomIds: ['a'], query: 'x', before: 7 },
  ],
  [
    'createRoom',
    (client) => client.createRoom({ roomName: 'x', access: 'private', topic: 't', settings: { slowModeSeconds: 5 } }),
    { action: 'createRoom', access: 'private', topic: 't', settings: { slowModeSeconds: 5 } },
  ],
])('client.%s asks the server for it', async (_, ask, frame) => {
  const { client, server } = await givenJoinedRoom()
  await ask(client)
  expect(server.socket.asked.at(-1)).toMatchObject(frame)
})

/** The fields of a request besides the common ones, the room, and the user on whom it acts. */
type Own<A extends Action> = keyof Omit<Request<A>, 'action' | 'requestId' | 'chatRoomId' | 'userId'>

/** The options that a method accepts. */
type Options<M extends keyof Room, N extends number> = Room[M] extends (...given: infer P) => unknown
  ? keyof NonNullable<P[N]>
  : never

test('every field that a request may have can be given', () => {
  expectTypeOf<Options<'ban', 1>>().toEqualTypeOf<Own<'banMember'>>()
  expectTypeOf<Options<'remove', 1>>().toEqualTypeOf<Own<'removeMember'>>()
  expectTypeOf<Options<'mute', 1>>().toEqualTypeOf<Own<'muteMember'>>()
  expectTypeOf<Options<'memberList', 0>>().toEqualTypeOf<Own<'listMembers'>>()
  expectTypeOf<Options<'createInvite', 0>>().toEqualTypeOf<Own<'createInvite'>>()
  expectTypeOf<Options<'audit', 0>>().toEqualTypeOf<Own<'getAudit'>>()
  expectTypeOf<Options<'add', 1> | 'userIds'>().toEqualTypeOf<Own<'addMembers'>>()
  expectTypeOf<keyof RoomChanges>().toEqualTypeOf<Own<'updateRoom'>>()
  expectTypeOf<Exclude<keyof NewRoom, 'chatRoomId'>>().toEqualTypeOf<Own<'createRoom'>>()
})

test('invites, bans and blocked have all pages', async () => {
  const { client, room, server } = await givenOwnRoom()
  const pages: Record<string, object[]> = {
    listInvites: [{ invites: [{ invite: 'a' }], nextCursor: 'n' }, { invites: [{ invite: 'b' }] }],
    listBans: [{ bans: [{ userId: 'a' }], nextCursor: 'n' }, { bans: [{ userId: 'b' }] }],
    listBlocked: [{ userIds: ['a'], nextCursor: 'n' }, { userIds: ['b'] }],
  }
  server.override = ({ action, cursor }) => {
    const data = pages[action]?.[cursor === 'n' ? 1 : 0]
    return data && { data }
  }
  expect(await room.invites()).toEqual([{ invite: 'a' }, { invite: 'b' }])
  expect(await room.bans()).toEqual([{ userId: 'a' }, { userId: 'b' }])
  expect(await client.blocked()).toEqual(['a', 'b'])
})

test('an invite leads into its room', async () => {
  const { client, server } = givenClient()
  server.override = ({ action }) =>
    action === 'joinRoom'
      ? {
          data: {
            chatRoomId,
            roomName: 'General',
            ...factsOf('private', 'member'),
            headSeq: 3,
            recovered: false,
            events: [],
          },
        }
      : undefined
  await client.connect()
  const room = await client.join({ invite: 'i' })
  expect(server.asked('joinRoom')).toMatchObject([{ invite: 'i' }])
  expect([room, room.joined, room.name, room.role, room.position]).toEqual([
    ...[client.room(chatRoomId), true, 'General', 'member', 3],
  ])
})

test('what an update, a pin, a close and a role changes is known when it has its answer, and told once each', async () => {
  const { room, server } = await givenOwnRoom()
  let updates = 0
  room.on('updated', () => updates++)
  server.override = ({ action }) =>
    action === 'updateRoom'
      ? { data: { room: detailsOf('link', { roomName: 'New', topic: 't', version: 1 }) } }
      : action === 'pinMessage'
        ? { data: { pins: ['m'] } }
        : undefined
  expect(await room.update({ roomName: 'New', access: 'link' })).toMatchObject({ topic: 't' })
  expect([room.name, room.access, room.role, room.details?.topic, updates]).toEqual(['New', 'link', 'owner', 't', 1])
  expect([await room.pin('m'), room.details?.pins]).toEqual([['m'], ['m']])
  await room.close()
  expect([room.closed, room.can('send'), room.can('close')]).toEqual([true, false, true])
  await room.close(false)
  await room.setRole('me', 'member')
  expect([room.closed, room.role, room.can('ban'), updates]).toEqual([false, 'member', false, 5])
})

test('details of before don’t replace newer ones', async () => {
  const { room, server } = await givenOwnRoom()
  server.facts.set(chatRoomId, factsOf('private', 'owner', { topic: 'new', version: 2 }))
  await room.findDetails()
  server.facts.set(chatRoomId, factsOf('private', 'owner', { topic: 'old', version: 1 }))
  expect(await room.findDetails()).toMatchObject({ topic: 'new', version: 2 })
})

test('an update with ifVersion is sent once, as is the making of an invite', async () => {
  const { room, server } = await givenOwnRoom()
  server.override = () => ({ error: { code: 'unavailable', retryable: true } })
  const error = { code: 'unavailable', message: 'refused by the fake server' }
  await expect(room.update({ topic: null, ifVersion: 1 })).rejects.toMatchObject(error)
  await expect(room.createInvite()).rejects.toMatchObject(error)
  expect(server.socket.asked.slice(-2).map(({ action }) => action)).toEqual(['updateRoom', 'createInvite'])
})

test.each([
  ['is there', undefined],
  ['was deleted already', { error: { code: 'not_a_member' as const, retryable: false } }],
])('a room that %s is deleted, and the event that follows is told once', async (_, answer) => {
  const { client, room, server } = await givenOwnRoom()
  const told: string[] = []
  room.on('removed', ({ reason }) => told.push(reason))
  server.override = ({ action }) => (action === 'deleteRoom' ? answer : undefined)
  await room.deleteRoom()
  server.socket.events({ event: 'removed', chatRoomId, reason: 'roomDeleted' })
  expect([told, client.rooms]).toEqual([['roomDeleted'], []])
})

test('what this user may do is by the table: the role, the settings, upon whom', async () => {
  const { room, server } = await givenOwnRoom()
  expect([room.can('delete'), room.can('kick', 'moderator'), room.can('kick', 'owner')]).toEqual([true, true, false])
  expect([room.can('setRole', { role: 'owner', userId: 'me' }), room.can('setRole', { role: 'owner' })]).toEqual([
    ...[true, false],
  ])
  server.facts.set(chatRoomId, factsOf('private', 'member', { version: 1 }))
  await room.findDetails()
  expect([room.can('send'), room.can('add'), room.can('describe')]).toEqual([true, false, false])
  server.facts.set(chatRoomId, { access: 'private', room: detailsOf('private') })
  await room.findDetails()
  expect([room.role, room.can('delete'), room.can('kick', 'owner')]).toEqual([undefined, true, true])
  // For an admin who is a member, the server sends their role in the room.
  server.facts.set(chatRoomId, { ...factsOf('private', 'member', { version: 1 }), admin: true })
  await room.findDetails()
  expect([room.role, room.can('delete'), room.can('kick', 'owner')]).toEqual([undefined, true, true])
})

test('a server of 0.1 tells no role: this user may read and send', async () => {
  const { room } = await givenJoinedRoom()
  expect([room.role, room.access, room.details, await room.findDetails()]).toEqual(Array(4).fill(undefined))
  expect([room.can('read'), room.can('send'), room.can('add'), room.can('kick', 'guest')]).toEqual([
    ...[true, true, false, false],
  ])
})

test('a refusal says what has changed: muted until when, closed, another role', async () => {
  const { clock, room, server } = await givenOwnRoom()
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'muted', retryable: false, retryAfterMs: 60_000 } } : undefined
  await room.send({ content: 'hello' }).done.catch(() => {})
  expect([room.mutedUntil, room.can('send')]).toEqual([clock.now() + 60_000, false])
  server.override = () => undefined
  await room.send({ content: 'hello' }).done
  expect(room.mutedUntil).toBeUndefined()

  server.facts.set(chatRoomId, factsOf('private', 'guest', { closed: true, version: 1 }))
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'room_closed', retryable: false } } : undefined
  await room.send({ content: 'hello' }).done.catch(() => {})
  await settled()
  expect([room.closed, room.role]).toEqual([true, 'guest'])
})

test('the next connection tells role, access and closed anew', async () => {
  const { clock, room, server } = await givenOwnRoom()
  server.facts.set(chatRoomId, { access: 'link', role: 'guest', closed: true })
  server.socket.cut()
  await clock.advance(1_000)
  expect([room.role, room.access, room.closed, room.details?.access]).toEqual(['guest', 'link', true, 'link'])
})

test.each([
  [30_000, 'sent'],
  [30_001, 'failed'],
])('slow mode of %i ms: the message is %s', async (retryAfterMs, state) => {
  const { clock, room, server } = await givenJoinedRoom()
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'rate_limited', retryable: true, retryAfterMs } } : undefined
  const message = room.send({ content: 'hello' })
  await settled()
  server.override = () => undefined
  expect(message.state).toBe(state === 'sent' ? 'sending' : 'failed')
  await clock.advance(40_000)
  expect([message.state, message.error?.code, message.error?.retryAfterMs]).toEqual(
    state === 'sent' ? ['sent', undefined, undefined] : ['failed', 'rate_limited', retryAfterMs],
  )
})
