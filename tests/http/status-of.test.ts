import { expect, test } from 'vitest'
import { statusOf } from '../../src/http/status-of.ts'

const codesOf = (status: number) =>
  Object.entries(statusOf)
    .filter(([, one]) => one === status)
    .map(([code]) => code)
    .sort()

test('each error has the status that was promised', () => {
  expect(codesOf(400)).toEqual(['invalid_request'])
  expect(codesOf(401)).toEqual(['token_expired'])
  expect(codesOf(403)).toEqual(['banned', 'forbidden', 'invalid_invite', 'muted', 'not_a_member', 'room_closed'])
  expect(codesOf(404)).toEqual(['message_not_found', 'room_not_found', 'unknown_action'])
  expect(codesOf(409)).toEqual(['conflict', 'limit_reached'])
  expect(codesOf(413)).toEqual(['too_large'])
  expect(codesOf(429)).toEqual(['rate_limited'])
  expect(codesOf(500)).toEqual(['internal'])
  expect(codesOf(503)).toEqual(['unavailable'])
})
