import { expect, test } from 'vitest'
import { Inbox } from '../../src/delivery/inbox.ts'
import type { RoomEvent } from '../../src/protocol/events.ts'

const left = (chatRoomId: string, userId: string): RoomEvent => ({
  event: 'memberLeft',
  chatRoomId,
  userId,
  timestamp: 1,
})
const receipts = (seqs: Record<string, number>): RoomEvent => ({
  event: 'receipts',
  chatRoomId: 'general',
  receipts: seqs,
})

test('recipients of the same events share an inbox, and one with another event has its own', () => {
  const empty = Inbox.empty()
  const [ada, bob] = [left('general', 'ada'), left('general', 'bob')]
  expect(empty.with(ada).with(bob)).toBe(empty.with(ada).with(bob))
  expect(empty.with(ada).events).toBe(empty.with(ada).events)
  expect(empty.with(bob)).not.toBe(empty.with(ada))
  expect(empty.with(ada).events).toEqual([ada])
  expect(empty.events).toEqual([])
})

test('events are room by room, in the order in which the rooms came', () => {
  const events = [left('b', 'ada'), left('a', 'ada'), left('b', 'bob')]
  const inbox = events.reduce((before, event) => before.with(event), Inbox.empty())
  expect(inbox.events).toEqual([events[0], events[2], events[1]])
  expect(inbox.chatRoomIds).toEqual(['b', 'a'])
})

test('receipts of a room are one event with the furthest of each', () => {
  const inbox = Inbox.empty()
    .with(receipts({ ada: 3, bob: 1 }))
    .with(receipts({ ada: 2, eve: 4 }))
  expect(inbox.events).toEqual([receipts({ ada: 3, bob: 1, eve: 4 })])
})
