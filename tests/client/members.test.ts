import { expect, test } from 'vitest'
import { membersOf } from '../../client/react/index.ts'
import { givenClient } from './given-client.ts'

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
