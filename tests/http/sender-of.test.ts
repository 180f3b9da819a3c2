import { expect, test } from 'vitest'
import { senderOf } from '../../src/http/sender-of.ts'
import type { ServerEvent } from '../../src/http/server-event.ts'

const eventOf = (exp: number | string) =>
  ({
    requestContext: { authorizer: { lambda: { sub: 'shop', exp, scopes: 'server rooms' } } },
  }) as unknown as ServerEvent

test('the sender is who the authorizer found', () => {
  expect(senderOf(eventOf(100), 99_999)).toEqual({ sub: 'shop', scopes: new Set(['server', 'rooms']) })
})

test.each([[100], ['100'], ['soon']])(
  'a token that ends at %s is refused then, also from the gateway’s cache',
  (exp) => {
    expect(() => senderOf(eventOf(exp), 100_000)).toThrow(
      expect.objectContaining({ code: 'token_expired', message: 'unable to act; the token has expired' }),
    )
  },
)

test.each([
  ['arn:aws:sts::123456789012:assumed-role/shop/i-0abc', 'assumed-role/shop'],
  ['arn:aws:iam::123456789012:user/backends/shop', 'user/backends/shop'],
])('who has signed the request as %s is %s', (userArn, sub) => {
  const event = { requestContext: { authorizer: { iam: { userArn } } } } as unknown as ServerEvent
  expect(senderOf(event)).toEqual({ sub, scopes: new Set(['server']) })
})
