import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isDirectRoomId } from '../../client/index.ts'
import { contentsOf, givenClient } from './given-client.ts'

/** Creates the user `me` in a direct room with this name and these members. */
async function givenDirectRoom(roomName: string, members: string[]) {
  const given = givenClient()
  given.server.override = ({ action }) =>
    action === 'getRoom' ? { data: { chatRoomId: 'dm:1', roomName, members, headSeq: 0 } } : undefined
  await given.client.connect()
  given.server.socket.events({ event: 'roomAdded', chatRoomId: 'dm:1', roomName, headSeq: 0 })
  return { ...given, room: given.client.room('dm:1') }
}

test('the peer of a direct room is known by its name, without a request', async () => {
  const { server, room } = await givenDirectRoom('bob, me', ['bob', 'me'])
  expect(room.isDirect).toBe(true)
  expect(room.peer).toBe('bob')
  expect(await room.findPeer()).toBe('bob')
  expect(server.asked('getRoom')).toEqual([])
})

test.each([
  ['ann, a, me', ['ann, a', 'me'], 'ann, a'],
  ['me', ['me'], 'me'],
])('where the name %j does not tell, the members do, once', async (roomName, members, peer) => {
  const { server, room } = await givenDirectRoom(roomName, members)
  expect(room.peer).toBeUndefined()
  expect(await room.findPeer()).toBe(peer)
  expect(await room.findPeer()).toBe(peer)
  expect(room.peer).toBe(peer)
  expect(server.asked('getRoom')).toHaveLength(1)
})

test('a room of any other id has no peer, whatever its name', async () => {
  const { client, server } = givenClient()
  server.room('bob, me')
  await client.connect()
  const room = client.room('bob, me')
  expect([room.isDirect, room.peer, await room.findPeer()]).toEqual([false, undefined, undefined])
  expect([isDirectRoomId('dm:4f'), isDirectRoomId('admin'), isDirectRoomId('DM:4f')]).toEqual([true, false, false])
})

test('what comes in while the members of a direct room are asked for is heard by its conversation, once and in order', async () => {
  const { client, server } = givenClient()
  server.room('dm:1')
  const asked: string[] = []
  server.override = (frame) => {
    if (frame.action !== 'getRoom') return undefined
    asked.push(frame.requestId)
    return 'nothing'
  }
  await client.connect()
  const heard = contentsOf(client.direct('ann, a'))
  const [one, two] = ['one', 'two'].map((content) => server.keep('dm:1', content))
  await nextTurn()
  server.socket.events(one!)
  const data = { chatRoomId: 'dm:1', roomName: 'ann, a, me', members: ['ann, a', 'me'], headSeq: 1 }
  server.socket.push({ type: 'reply', action: 'getRoom', requestId: asked[0]!, data })
  await nextTurn()
  server.socket.events(two!)
  expect(heard).toEqual(['one', 'two'])
})
