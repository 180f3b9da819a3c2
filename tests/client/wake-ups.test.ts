import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { givenClient } from './given-client.ts'

const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
const window = new EventTarget()

beforeEach(() => {
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
})
afterEach(() => vi.unstubAllGlobals())

const isOnline = () => window.dispatchEvent(new Event('online'))
const becomes = (visibilityState: string) => {
  page.visibilityState = visibilityState
  page.dispatchEvent(new Event('visibilitychange'))
}

test('a page that is looked at again, or online again, asks whether its connection is still there', async () => {
  const { client, server } = givenClient()
  await client.connect()
  becomes('hidden')
  expect(server.asked('ping')).toHaveLength(0)
  becomes('visible')
  isOnline()
  expect(server.asked('ping')).toHaveLength(2)
  client.disconnect()
})

test('a page that is online again connects at once instead of waiting', async () => {
  const { client, server, clock } = givenClient()
  server.down = true
  client.connect().catch(() => {})
  await clock.advance(60_000)
  server.down = false
  isOnline()
  await clock.advance(0)
  expect(client.status).toBe('connected')
  client.disconnect()
})

test('after disconnect, and after a second connect, nothing is asked twice', async () => {
  const { client, server } = givenClient()
  await client.connect()
  await client.connect()
  isOnline()
  expect(server.asked('ping')).toHaveLength(1)
  client.disconnect()
  isOnline()
  expect(server.asked('ping')).toHaveLength(1)
})
