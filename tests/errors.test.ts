import { expect, test } from 'vitest'
import * as errors from '../src/errors.ts'
import { errorCodes } from '../src/protocol/error-codes.ts'
import { chatErrorOf } from '../src/ws/chat-error-of.ts'

const cause = new Error('the table said no')

/** One error of every class, with a cause. */
const all: errors.ChatError[] = [
  new errors.InvalidRequest('unable', [], { cause }),
  new errors.UnknownAction('unable', { cause }),
  new errors.TokenExpired('unable', { cause }),
  new errors.Forbidden('unable', { cause }),
  new errors.NotAMember('unable', { cause }),
  new errors.RoomNotFound('unable', { cause }),
  new errors.Conflict('unable', { cause }),
  new errors.TooLarge('unable', [], { cause }),
  new errors.RateLimited('unable', 1_000, { cause }),
  new errors.MessageNotFound('unable', { cause }),
  new errors.Muted('unable', 1_000, { cause }),
  new errors.Banned('unable', 1_000, { cause }),
  new errors.RoomClosed('unable', { cause }),
  new errors.InvalidInvite('unable', { cause }),
  new errors.LimitReached('unable', { cause }),
  new errors.Unavailable('unable', { cause }),
  new errors.Internal('unable', { cause }),
]

test('every code has one class', () => {
  expect(all.map(({ code }) => code).sort()).toEqual(Object.keys(errorCodes).sort())
})

test.each(all.map((error) => [error.code, error] as const))('%s keeps its cause', (code, error) => {
  expect(error.cause).toBe(cause)
  expect(error.retryable).toBe(errorCodes[code].retryable)
})

test('an error that no client may see is the cause of the one that it receives', () => {
  expect(chatErrorOf(cause)).toMatchObject({ code: 'internal', cause })
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
  expect(chatErrorOf(throttled)).toMatchObject({ code: 'unavailable', cause: throttled })
  expect(chatErrorOf(all[0])).toBe(all[0])
})
