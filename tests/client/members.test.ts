import { expect, test } from 'vitest'
import { membersOf } from '../../client/react/index.ts'
import { givenClient } from './given-client.ts'
import { settled } from './virtual-clock.ts'

test('members are kept up to date, also with what is told while they are asked for', async () => {
  const { client, server } = givenClient()
  server.room('general')
  server.override = ({ action }) =>
    action === 'getRoom'
      ? { data: { chatRoomId: 'general', roomName: 'general', members: ['me', 'bob'], headSeq: 0 } }
      : undefined
  await client.connect()
  const members = membersOf(client, client.room('general'))
  const tell = (event: 'memberJoined' | 'memberLeft', userId: string) =>
    server.socket.events({ event, chatRoomId: 'general', userId, timestamp: 0 })
  const loading = members.load()
  tell('memberJoined', 'ada')
  tell('memberLeft', 'bob')
  await loading
  expect(members.get()).toMatchObject({ isReady: true, userIds: ['ada', 'me'] })
  tell('memberJoined', 'user 10')
  tell('memberJoined', 'user 9')
  tell('memberLeft', 'ada')
  expect(members.get().userIds).toEqual(['me', 'user 9', 'user 10'])
})

test('members that can’t be loaded say why, and can be asked for again', async () => {
  const { client, server } = givenClient()
  server.room('general')
  server.override = ({ action }) =>
    action === 'getRoom' ? { error: { code: 'forbidden', retryable: false } } : undefined
  await client.connect()
  const members = membersOf(client, client.room('general'))
  await members.load()
  const error = { code: 'forbidden', message: 'refused by the fake server' }
  expect(members.get()).toMatchObject({ isReady: false, isLoading: false, error })
  server.override = () => undefined
  await members.load()
  expect(members.get()).toMatchObject({ isReady: true, error: undefined })
})

test('a conversation with one user has two members before its first message', async () => {
  const { client } = givenClient()
  await client.connect()
  const members = membersOf(client, client.direct('bob'))
  await members.load()
  await members.loadStandings()
  expect(members.get().userIds).toEqual(['bob', 'me'])
})

test('owners and moderators come first, as roles are known and changed', async () => {
  const { client, server } = givenClient()
  server.features = ['sessions', 'changes']
  server.room('general')
  server.override = ({ action }) => {
    if (action === 'getRoom') return { data: { chatRoomId: 'general', members: ['ada', 'bob', 'me'], headSeq: 0 } }
    if (action !== 'listMembers') return undefined
    return { data: { members: ['ada', 'bob', 'me'].map((userId) => ({ userId, role: 'member', joinedAt: 0 })) } }
  }
  await client.connect()
  const members = membersOf(client, client.room('general'))
  await Promise.all([members.load(), members.loadStandings()])
  const event = { event: 'memberUpdated', userId: 'me', role: 'owner', version: 2 }
  server.socket.events(server.log('general', event), server.log('general', { ...event, role: 'guest', version: 1 }))
  expect(members.get().userIds).toEqual(['me', 'ada', 'bob'])
  expect(members.get().standings.get('me')?.role).toBe('owner')
})

/** A room `general` whose members and roles are those of `roster`, as it is when the server is asked. */
function givenRoster() {
  const given = givenClient()
  const { server } = given
  server.features = ['sessions', 'changes']
  server.room('general')
  const roster = new Map<string, string>([
    ['me', 'member'],
    ['bob', 'member'],
  ])
  server.override = ({ action }) => {
    if (action === 'getRoom') {
      return { data: { chatRoomId: 'general', roomName: 'general', members: [...roster.keys()], headSeq: 0 } }
    }
    if (action !== 'listMembers') return undefined
    return { data: { members: [...roster].map(([userId, role]) => ({ userId, role, joinedAt: 0 })) } }
  }
  const asked = () => server.asked('getRoom').length + server.asked('listMembers').length
  return { ...given, roster, asked }
}

test('members who are looked at are loaded anew after an absence and after a return, others when they are next', async () => {
  const { client, server, clock, roster, asked } = givenRoster()
  await client.connect()
  const room = client.room('general')
  const members = membersOf(client, room)
  const stop = members.look()
  await settled()
  expect(members.get().userIds).toEqual(['bob', 'me'])
  server.socket.cut()
  roster.set('ada', 'owner').delete('bob')
  await clock.advance(1_000)
  expect(members.get()).toMatchObject({ userIds: ['ada', 'me'], isLoading: false })
  expect(members.get().standings.get('ada')?.role).toBe('owner')
  await room.leave()
  roster.delete('ada')
  await room.join()
  await settled()
  expect(members.get().userIds).toEqual(['me'])
  stop()
  const before = asked()
  server.socket.cut()
  roster.set('carl', 'member')
  await clock.advance(1_000)
  expect(asked()).toBe(before)
  members.look()
  await settled()
  expect(members.get().userIds).toEqual(['carl', 'me'])
})

test('members and their roles are asked for once by all who look', async () => {
  const { client, server, asked } = givenRoster()
  await client.connect()
  const members = membersOf(client, client.room('general'))
  members.look()
  members.look()
  await settled()
  members.look()
  await settled()
  expect(asked()).toBe(2)
  expect(server.asked('listMembers')).toHaveLength(1)
})

test('what is told while the roles are on their way holds, and a new membership begins with a new version', async () => {
  const { client, server } = givenRoster()
  await client.connect()
  const members = membersOf(client, client.room('general'))
  await members.load()
  const update = (userId: string, role: string, version: number) =>
    server.socket.events(server.log('general', { event: 'memberUpdated', userId, role, version }))
  const leave = (userId: string) =>
    server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId, timestamp: 0 })
  const loading = members.loadStandings()
  update('me', 'moderator', 4)
  leave('bob')
  await loading
  expect([...members.get().standings]).toEqual([['me', { role: 'moderator', mutedUntil: undefined }]])
  // Whoever is in again by then is not told to have left.
  server.socket.events({ event: 'memberJoined', chatRoomId: 'general', userId: 'me', timestamp: 0 })
  update('me', 'owner', 1)
  expect(members.get().standings.get('me')?.role).toBe('owner')
})

test('a conversation with oneself has one member, whoever that will be', async () => {
  const { client } = givenClient()
  const members = membersOf(client, client.direct('me'))
  const loading = members.load()
  await client.connect()
  await loading
  expect(members.get().userIds).toEqual(['me'])
})

test('a load that is outdated meanwhile waits for the members as they are now', async () => {
  const { client, server, roster } = givenRoster()
  await client.connect()
  const room = client.room('general')
  const members = membersOf(client, room)
  const loading = members.load()
  roster.set('ada', 'member')
  server.socket.events(
    { event: 'removed', chatRoomId: 'general', reason: 'kicked' },
    { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 0 },
  )
  await loading
  expect(members.get()).toMatchObject({ isReady: true, isLoading: false, userIds: ['ada', 'bob', 'me'] })
})

test('members of which a part was read before an absence are read again after it', async () => {
  const { client, server, clock } = givenRoster()
  await client.connect()
  const { override } = server
  const members = membersOf(client, client.room('general'))
  const page = (ids: string[], nextCursor?: string) => ({
    data: { chatRoomId: 'general', roomName: 'general', members: ids, headSeq: 0, ...(nextCursor && { nextCursor }) },
  })
  server.override = (frame, socket) => {
    if (frame.action !== 'getRoom') return override(frame, socket)
    return frame.cursor === undefined ? page(['bob'], '2') : 'nothing'
  }
  const loading = members.load()
  await settled()
  server.socket.cut()
  server.override = (frame, socket) => {
    if (frame.action !== 'getRoom') return override(frame, socket)
    return frame.cursor === undefined ? page(['ada'], '2') : page(['me'])
  }
  await clock.advance(1_000)
  await loading
  expect(members.get()).toMatchObject({ isReady: true, isLoading: false, userIds: ['ada', 'me'] })
})

test('members are asked for once when they are looked at before there is a connection, and once after a return', async () => {
  const { client, server, asked } = givenRoster()
  const room = client.room('general')
  const members = membersOf(client, room)
  members.look()
  await client.connect()
  await settled()
  expect(asked()).toBe(2)
  server.socket.events({ event: 'removed', chatRoomId: 'general', reason: 'kicked' })
  await settled()
  const before = server.asked('listMembers').length
  server.socket.events({ event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 0 })
  await settled()
  expect(server.asked('listMembers')).toHaveLength(before + 1)
})
