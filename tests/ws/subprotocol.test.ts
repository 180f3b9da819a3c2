import { expect, test } from 'vitest'
import { bearerOf, offeredProtocols } from '../../src/ws/subprotocol.ts'

const NAME = 'Sec-WebSocket-Protocol'

test.each([
  [{}, []],
  [{ [NAME]: undefined }, []],
  [{ [NAME]: '' }, []],
  [{ [NAME]: ' , ,' }, []],
  [{ [NAME]: 'tabletalk.v1' }, ['tabletalk.v1']],
  [{ 'sec-websocket-protocol': 'a,b' }, ['a', 'b']],
  [{ 'SEC-WEBSOCKET-PROTOCOL': ' a ,\tb ' }, ['a', 'b']],
  [{ 'X-Sec-WebSocket-Protocol': 'a' }, []],
])('%j offers %j', (headers, protocols) => {
  expect(offeredProtocols(headers)).toEqual(protocols)
})

test.each([
  ['tabletalk.v1, bearer.a.b.c', 'a.b.c'],
  ['bearer.a.b.c, tabletalk.v1', 'a.b.c'],
  ['bearer.first, bearer.second', 'first'],
  ['bearer.', ''],
  ['bearer', undefined],
  ['Bearer.a', undefined],
  ['tabletalk.v1', undefined],
])('the token of %j is %j', (offered, token) => {
  expect(bearerOf({ [NAME]: offered })).toBe(token)
})
