import { expect, test } from 'vitest'
import { protocolLimits } from '../../client/index.ts'
import { limits as announced } from '../../src/ws/limits.ts'
import { givenClient } from './given-client.ts'

test('the limits are unknown before the first connection, and then what the server announced last', async () => {
  const { client, server, clock } = givenClient()
  expect(client.limits).toBeUndefined()
  await client.connect()
  expect(client.limits).toEqual(server.limits)
  server.limits = { ...server.limits, fileBytes: 1_000 }
  server.socket.cut()
  expect(client.limits?.fileBytes).toBe(25 * 1024 * 1024)
  await clock.advance(20_000)
  expect(client.limits?.fileBytes).toBe(1_000)
})

test('the limits of the protocol are what a server announces that nobody has configured', () => {
  const { userIdChars, roomIdChars, ...others } = protocolLimits
  expect(announced).toMatchObject(others)
  expect([userIdChars, roomIdChars]).toEqual([128, 64])
})
