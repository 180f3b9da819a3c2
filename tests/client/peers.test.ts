import { expect, test } from 'vitest'
import { isDirectRoomId } from '../../client/index.ts'
import { givenClient } from './given-client.ts'

/** The user `me` in a direct room of that name, with these members. */
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
