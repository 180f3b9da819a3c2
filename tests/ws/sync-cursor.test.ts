import { expect, test } from 'vitest'
import { Cursor } from '../../src/protocol/scalars.ts'
import { writeCursor } from '../../src/ws/cursor.ts'
import { markOf, readSyncCursor, type SyncCursor, syncCursorText } from '../../src/ws/sync-cursor.ts'

const written = (cursor: SyncCursor) => writeCursor({ nextCursor: syncCursorText(cursor) }).nextCursor

const marks = (count: number) =>
  new Set(Array.from({ length: count }, (_, i) => markOf({ chatRoomId: `room-${i}`, joinId: 'j' }, 'c=')))

test.each([
  ['the beginning', { after: undefined, standing: marks(0), told: marks(0) }],
  ['a room', { after: 'room:1', standing: marks(0), told: marks(0) }],
  ['rooms that stand', { after: undefined, standing: marks(2), told: marks(0) }],
  ['rooms that were told', { after: undefined, standing: marks(0), told: marks(20) }],
  ['all', { after: 'r'.repeat(64), standing: marks(49), told: marks(31) }],
])('reads what it has written: %s', (_, cursor) => {
  expect(readSyncCursor(written(cursor))).toEqual(cursor)
})

test('the longest is one that the protocol accepts, and leaves out marks instead of growing', () => {
  const longest = written({ after: 'r'.repeat(64), standing: marks(500), told: marks(20) })
  expect(Cursor.safeParse(longest).success).toBe(true)
  expect(readSyncCursor(longest).standing.size).toBe(60)
  expect(readSyncCursor(longest).told.size).toBe(20)
})

test('a mark is of one membership on one connection', () => {
  const room = { chatRoomId: 'general', joinId: 'j1' }
  const all = [markOf(room, 'c='), markOf(room, 'C='), markOf({ ...room, joinId: 'j2' }, 'c=')]
  expect(new Set(all).size).toBe(3)
})

test.each([
  '',
  '!',
  '.',
  'room!',
  'room.',
  `room.${'x'.repeat(8)}!${'x'.repeat(8)}`,
  'room!short',
  `room!${'x'.repeat(9)}`,
])('refuses %j', (text) => {
  expect(() => readSyncCursor(Buffer.from(text).toString('base64url'))).toThrow('unable to page on')
})
