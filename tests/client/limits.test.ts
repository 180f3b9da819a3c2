import { expect, test } from 'vitest'
import { excessBytes, protocolLimits } from '../../client/index.ts'
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

test.each([
  ['plain text', 'x'.repeat(16_384), 0],
  ['one byte more', 'x'.repeat(16_385), 1],
  ['accents count as their bytes', 'é'.repeat(8_193), 2],
  ['quotation marks take two bytes of the frame', '"'.repeat(16_384), 770],
  ['line breaks too', '\n'.repeat(15_000), 0],
])('%s', async (_, content, excess) => {
  expect(excessBytes(content)).toBe(excess)
  const { client } = givenClient()
  await client.connect()
  const sent = client.room('r'.repeat(64)).send({ content }).done
  // What fits by this measure fits into the frame; the text's own limit is looked at by the server.
  if (excess === 0) expect(await sent).toMatchObject({ seq: 1 })
  if (content.startsWith('"')) {
    await expect(sent).rejects.toMatchObject({
      code: 'too_large',
      message: 'unable to send; the frame is over 32768 bytes',
    })
  }
})
