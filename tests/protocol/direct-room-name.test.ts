import { expect, test } from 'vitest'
import { directRoomName, peerFromRoomName } from '../../src/protocol/direct-room-name.ts'

test.each([
  ['ada, bob', 'ada', 'bob'],
  ['ada, bob', 'bob', 'ada'],
  ['ada, bob', 'eve', undefined],
  ['a, b, c', 'a', undefined],
  ['ada', 'ada', undefined],
  [`ada, ${'x'.repeat(123)}`, 'ada', undefined],
])('the room %j tells %s that the other is %s', (roomName, userId, peer) => {
  expect(peerFromRoomName(roomName, userId)).toBe(peer)
})

test.each([
  ['ada', 'bob'],
  ['a b', 'x'.repeat(120)],
])('the name of the room of %j and %j tells each of them the other', (a, b) => {
  const name = directRoomName([a, b])
  expect([peerFromRoomName(name, a), peerFromRoomName(name, b)]).toEqual([b, a])
})

test.each([
  ['ada', 'x'.repeat(128)],
  ['ada', 'bob, eve'],
])('the name of the room of %j and %j, cut or ambiguous, tells nobody', (a, b) => {
  const name = directRoomName([a, b])
  expect([...name].length).toBeLessThanOrEqual(128)
  expect([peerFromRoomName(name, a), peerFromRoomName(name, b)]).toEqual([undefined, undefined])
})
