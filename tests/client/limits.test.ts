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
  ['quotation marks count once', '"'.repeat(16_384), 0],
])('%s', async (_, content, excess) => {
  expect(excessBytes(content)).toBe(excess)
})

test.each([
  ['quotation marks', '"'.repeat(16_384)],
  ['control characters and an emoji', `${'\u0001'.repeat(16_380)}😀`],
])('%s that are too long for a frame go as base64, to a server that takes it', async (_, content) => {
  const { client, server } = givenClient()
  server.features = ['contentEncoding']
  await client.connect()
  expect(await client.room('r'.repeat(64)).send({ content }).done).toMatchObject({ seq: 1 })
  const [frame] = server.sockets.at(-1)!.actions('sendMessage')
  expect(frame).toMatchObject({ contentEncoding: 'base64' })
  expect(Buffer.from(frame!.content as string, 'base64').toString()).toBe(content)
  expect(JSON.stringify(frame).length).toBeLessThan(32_768)
})

test('an older server is sent none of it: the send fails at once', async () => {
  const { client } = givenClient()
  await client.connect()
  const sent = client.room('r').send({ content: '"'.repeat(16_384) }).done
  await expect(sent).rejects.toMatchObject({
    code: 'too_large',
    message: 'unable to send; the frame is over 32768 bytes',
  })
})
