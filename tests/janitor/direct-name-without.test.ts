import { expect, test } from 'vitest'
import { directNameWithout } from '../../src/janitor/direct-name-without.ts'
import { directRoomName } from '../../src/protocol/direct-room-name.ts'

const without = (roomName: string, ...userIds: string[]): string =>
  directNameWithout(
    roomName,
    new Map(
      userIds.map((userId) => [userId, { userId, erasedAs: `x-${userId}`, erasedAt: 1, erasure: 'delete' as const }]),
    ),
  )

test('somebody else stands in the place of an erased user, be it the first or the second', () => {
  expect(without('alice, user1', 'user1')).toBe('alice, x-user1')
  expect(without('alice, user1', 'alice')).toBe('x-alice, user1')
  expect(without('alice, user1', 'user1', 'alice')).toBe('x-alice, x-user1')
})

test('who has an id that begins or ends as that of an erased user keeps their name', () => {
  expect(without('alice, user1', 'user10')).toBe('alice, user1')
  expect(without('user1, user2', 'user10', 'user20')).toBe('user1, user2')
  expect(without('user10, zoe', 'user1')).toBe('user10, zoe')
  expect(without('alice, user10', 'user1')).toBe('alice, user10')
  expect(without('alice, a', 'alice')).toBe('x-alice, a')
})

test('a name that was cut is without an erased user of whose id it has the beginning', () => {
  const [first, second] = ['a'.repeat(100), 'b'.repeat(100)]
  const roomName = directRoomName([first, second])
  expect(roomName).toHaveLength(128)
  expect(without(roomName, second)).toBe(`${first}, x-${second}`)
  expect(without(roomName, first)).toBe(`x-${first}, ${'b'.repeat(26)}`)
})
