import { describe, expect, test } from 'vitest'
import { InvalidRequest } from '../../src/errors.ts'
import { ChatRoomId, Cursor, UserId } from '../../src/protocol/scalars.ts'
import { readCursor, writeCursor } from '../../src/ws/cursor.ts'

const written = (nextCursor: string) => writeCursor({ nextCursor }).nextCursor

test.each(['a', 'room:1', 'Ωμέγα', `${'𝒳'.repeat(128)}`])('reads what it has written for %s', (id) => {
  expect(readCursor(written(id), UserId)).toBe(id)
})

test('the longest cursor is one that the protocol accepts', () => {
  expect(Cursor.safeParse(written('𝒳'.repeat(128))).success).toBe(true)
})

test('a page without a next one stays as it is, and no cursor starts at the beginning', () => {
  const page: { rooms: string[]; nextCursor?: string } = { rooms: [] }
  expect(writeCursor(page)).toEqual({ rooms: [] })
  expect(readCursor(undefined, UserId)).toBeUndefined()
})

describe('refuses', () => {
  test.each([
    ['an empty id', ''],
    ['padding', 'YQ=='],
    ['another spelling of the same bytes', 'YR'],
    ['the alphabet of plain base64', '+/8'],
    ['spaces', ' YQ'],
    ['bytes that are no UTF-8', Buffer.from([0xff]).toString('base64url')],
    ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80]).toString('base64url')],
    ['an id that cannot be one', Buffer.from('a#b').toString('base64url')],
    ['an id beyond all others', Buffer.from('~').toString('base64url')],
  ])('%s', (_what, cursor) => {
    expect(() => readCursor(cursor, ChatRoomId)).toThrow(InvalidRequest)
  })
})
