import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'
import { expect, test } from 'vitest'
import type { Post } from '../../../local/gateway/faults.ts'
import { Client, deferred, startGateway, type Harness } from './harness.ts'

async function connected(api: Harness): Promise<{ client: Client; post: (data: string) => Promise<unknown> }> {
  const client = await Client.connect(api.url)
  const ConnectionId = api.gateway.connectionIds().at(-1) ?? ''
  return { client, post: (Data) => api.client.send(new PostToConnectionCommand({ ConnectionId, Data })) }
}

test('the hook sees every post and its number for that connection', async () => {
  const api = await startGateway()
  const posts: Post[] = []
  api.gateway.faults.onPost = (post) => {
    posts.push(post)
  }
  const ada = await connected(api)
  const bob = await connected(api)
  await ada.post('1')
  await bob.post('2')
  await ada.post('3')
  expect(posts.map(({ body, attempt }) => [body.toString(), attempt])).toEqual([
    ['1', 1],
    ['2', 1],
    ['3', 2],
  ])
  expect(posts[0]?.connectionId).toBe(posts[2]?.connectionId)
  expect(await ada.client.next()).toBe('1')
  expect(await ada.client.next()).toBe('3')
})

test.each([
  [410, undefined, 'GoneException'],
  [410, null, 'Unknown'],
  [429, undefined, 'LimitExceededException'],
  [500, undefined, 'Unknown'],
  [503, 'ServiceUnavailableException', 'ServiceUnavailableException'],
])('a fault of %i with the error type %s reaches the caller as %s and not the client', async (status, type, name) => {
  const api = await startGateway()
  const { client, post } = await connected(api)
  api.gateway.faults.onPost = () => (type === undefined ? { status } : { status, errorType: type })
  await expect(post('lost')).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } })
  api.gateway.faults.onPost = undefined
  await post('next')
  expect(await client.next()).toBe('next')
})

test('a post can be delivered and fail', async () => {
  const api = await startGateway()
  const { client, post } = await connected(api)
  api.gateway.faults.onPost = async ({ attempt }) => (attempt === 1 ? { status: 500, deliver: true } : {})
  await expect(post('twice')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  await post('twice')
  expect(await client.next()).toBe('twice')
  expect(await client.next()).toBe('twice')
})

test('a hook that waits holds back its own post only', async () => {
  const api = await startGateway()
  const { client, post } = await connected(api)
  const late = deferred()
  api.gateway.faults.onPost = async ({ body }) => {
    if (body.toString() === 'first') await late.promise
  }
  const first = post('first')
  await post('second')
  expect(await client.next()).toBe('second')
  late.resolve()
  await first
  expect(await client.next()).toBe('first')
})

test('a delayed post continues after its delay', async () => {
  const api = await startGateway()
  const { client, post } = await connected(api)
  api.gateway.faults.onPost = () => ({ delayMs: 20 })
  const startedAt = performance.now()
  await post('late')
  expect(performance.now() - startedAt).toBeGreaterThan(15)
  expect(await client.next()).toBe('late')
})

test('closing does not wait for a delay', async () => {
  const api = await startGateway()
  const { post } = await connected(api)
  const asked = deferred()
  api.gateway.faults.onPost = () => {
    asked.resolve()
    return { delayMs: 3_600_000 }
  }
  const posting = expect(post('x')).rejects.toMatchObject({ name: 'GoneException' })
  await asked.promise
  await api.gateway.close()
  await posting
})

test('a hook that throws fails the post with 500 and is logged', async () => {
  const api = await startGateway()
  const { post } = await connected(api)
  api.gateway.faults.onPost = () => {
    throw new Error('typo')
  }
  await expect(post('x')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  expect(api.log.some(({ level, message }) => level === 'error' && message.includes('fault hook'))).toBe(true)
})

test('a frame that is throttled reaches no function, and its sender receives the gateway’s own frame', async () => {
  const api = await startGateway()
  const { client } = await connected(api)
  let frames = 0
  api.gateway.faults.onFrame = () => (++frames === 1 ? 'throttled' : undefined)
  expect(await client.ask({ action: 'echo', n: 1 })).toMatchObject({ message: 'Too Many Requests' })
  expect(await client.ask({ action: 'echo', n: 2 })).toEqual({ action: 'echo', n: 2 })
})

test('a client that sends too much is closed with 1008, and its frame reaches no function', async () => {
  const api = await startGateway()
  const { client } = await connected(api)
  const seen = api.events.length
  api.gateway.faults.onFrame = () => 'flooding'
  client.send({ action: 'echo', n: 1 })
  expect((await client.closed).code).toBe(1008)
  expect(api.events.slice(seen).map(({ functionName }) => functionName)).not.toContain('echo')
})
