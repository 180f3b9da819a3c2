import { expect, test } from 'vitest'
import type { RoomEvent } from '../../src/protocol/events.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'
import { inOrder } from '../../src/delivery/in-order.ts'

const message = (chatRoomId: string, seq: number, more: Partial<Delivery> = {}): Delivery => ({
  event: { event: 'message', chatRoomId, seq, content: `${chatRoomId}${seq}` } as RoomEvent,
  ...more,
})

const joined = (chatRoomId: string, userId: string): Delivery => ({
  event: { event: 'memberJoined', chatRoomId, userId, timestamp: 1 },
})

const namesOf = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ event }) => (event.event === 'message' ? event.content : event.event))

test("a room's messages come in seq order", () => {
  expect(namesOf(inOrder([message('a', 3), message('a', 1), message('a', 2)]))).toEqual(['a1', 'a2', 'a3'])
})

test('seqs are compared as numbers', () => {
  expect(namesOf(inOrder([message('a', 10), message('a', 9)]))).toEqual(['a9', 'a10'])
})

test('other events keep their places, and so do the other rooms', () => {
  const given = [message('a', 2), joined('a', 'bob'), message('b', 7), message('a', 1), message('b', 6)]
  expect(namesOf(inOrder(given))).toEqual(['a1', 'memberJoined', 'b6', 'a2', 'b7'])
})

test('a delivery stays the same object, with its recipients: the caller finds its record by it', () => {
  const late = message('a', 2, { exceptConnectionId: 'c2' })
  const early = message('a', 1, { only: [] })
  const ordered = inOrder([late, early])
  expect(ordered).toEqual([early, late])
  expect(ordered[0]).toBe(early)
  expect(ordered[1]).toBe(late)
})

test('a repeat stays, beside its first', () => {
  expect(namesOf(inOrder([message('a', 2), message('a', 1), message('a', 2)]))).toEqual(['a1', 'a2', 'a2'])
})

test('what is given stays as it was', () => {
  const given = [message('a', 2), message('a', 1)]
  inOrder(given)
  expect(namesOf(given)).toEqual(['a2', 'a1'])
})
