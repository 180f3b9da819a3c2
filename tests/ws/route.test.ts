import { expect, test } from 'vitest'
import { NotAMember, Unavailable } from '../../src/errors.ts'
import { action } from '../../src/ws/action.ts'
import { logger } from '../../src/logger.ts'
import { route } from '../../src/ws/route.ts'
import type { SocketEvent } from '../../src/ws/socket-event.ts'

// The log is not tested here.
logger.setLogLevel('SILENT')

const inAnHour = Math.ceil(Date.now() / 1_000) + 3_600

const eventOf = (routeKey: string, frame: unknown, exp = inAnHour) =>
  ({
    requestContext: {
      routeKey,
      connectionId: 'c=',
      requestId: 'request',
      connectedAt: Date.now(),
      authorizer: { userId: 'ada', exp: String(exp) },
    },
    body: typeof frame === 'string' ? frame : JSON.stringify(frame),
  }) as SocketEvent

const family = route(
  action('ping', async () => ({ serverTime: 1 })),
  action('leaveRoom', async ({ chatRoomId }, { userId }) => ({ chatRoomId: `${chatRoomId} without ${userId}` })),
)

/** Returns the status and frame of the handler's response. */
async function run(handler: typeof family, event: SocketEvent): Promise<{ status: number; frame: unknown }> {
  const { statusCode, body } = await handler(event)
  return { status: statusCode ?? 0, frame: JSON.parse(body ?? '') as unknown }
}

test('the route key says which action of a family runs', async () => {
  expect(await run(family, eventOf('ping', { action: 'ping', requestId: 'q' }))).toEqual({
    status: 200,
    frame: { type: 'reply', action: 'ping', requestId: 'q', data: { serverTime: 1 } },
  })
  expect(await run(family, eventOf('leaveRoom', { action: 'leaveRoom', chatRoomId: 'r' }))).toEqual({
    status: 200,
    frame: { type: 'reply', action: 'leaveRoom', data: { chatRoomId: 'r without ada' } },
  })
})

test('the schema is that of the route key, so a frame of another action of the family is invalid', async () => {
  expect(await run(family, eventOf('leaveRoom', { action: 'ping' }))).toMatchObject({
    status: 200,
    frame: {
      type: 'error',
      action: 'ping',
      error: {
        code: 'invalid_request',
        message: 'unable to accept the frame; it is not of the schema',
        retryable: false,
      },
    },
  })
})

test('under a route key that is none of its actions, a function does nothing', async () => {
  expect(await run(family, eventOf('$default', { action: 'dance', requestId: 'q' }))).toEqual({
    status: 200,
    frame: {
      type: 'error',
      action: 'dance',
      requestId: 'q',
      error: { code: 'unknown_action', message: 'unable to act; there is no such action', retryable: false },
    },
  })
  expect(await run(family, eventOf('$default', {}))).toMatchObject({
    frame: { error: { code: 'invalid_request', message: 'unable to act; the frame names no action' } },
  })
})

test('an action runs for the user of the token only, and only while the token is valid', async () => {
  expect(await run(family, eventOf('ping', { action: 'ping', userId: 'ada' }))).toMatchObject({ status: 200 })
  expect(await run(family, eventOf('ping', { action: 'ping', userId: 'bob' }))).toMatchObject({
    frame: { error: { code: 'forbidden', message: "unable to act; userId isn't the token's user" } },
  })
  expect(await run(family, eventOf('ping', { action: 'ping' }, 1))).toMatchObject({
    frame: { error: { code: 'token_expired', message: 'unable to act; the token has expired' } },
  })
})

const failing = (error: Error) =>
  route(
    action('ping', async () => {
      throw error
    }),
  )

test.each([
  ['an error of the protocol as it is', new NotAMember('unable to look; not in'), 200, 'not_a_member', /not in$/],
  ['a dependency that fails as unavailable', new Unavailable('unable to reach it'), 503, 'unavailable', /reach it$/],
  ['any other error as internal, without its words', new Error('secret'), 500, 'internal', /^unable to finish;/],
])('the client receives %s', async (_, error, status, code, message) => {
  expect(await run(failing(error), eventOf('ping', { action: 'ping' }))).toMatchObject({
    status,
    frame: { type: 'error', action: 'ping', error: { code, message: expect.stringMatching(message) as string } },
  })
})
