import { request } from 'node:http'
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { describe, expect, test } from 'vitest'
import { Client, startGateway, type Harness } from './harness.ts'

async function connected(api: Harness): Promise<{ client: Client; ConnectionId: string }> {
  const client = await Client.connect(api.url, { headers: { 'User-Agent': 'test' } })
  const [ConnectionId = ''] = api.gateway.connectionIds()
  return { client, ConnectionId }
}

interface Answer {
  status: number | undefined
  errorType: string | string[] | undefined
  body: string
}

/** Sends a request with exactly this path, because `fetch` and the SDK normalize paths. */
async function raw(api: Harness, method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request({ port: api.port, host: '127.0.0.1', method, path }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () =>
        resolve({
          status: res.statusCode,
          errorType: res.headers['x-amzn-errortype'],
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    req.on('error', reject)
    req.end(body)
  })
}

describe('POST', () => {
  test('delivers a text frame', async () => {
    const api = await startGateway()
    const { client, ConnectionId } = await connected(api)
    const output = await api.client.send(new PostToConnectionCommand({ ConnectionId, Data: 'Grüße' }))
    expect(output.$metadata.httpStatusCode).toBe(200)
    expect(await client.next()).toBe('Grüße')
  })

  test.each(['/local/@connections/', '/local/%40connections/'])('works at %s, with the id encoded', async (path) => {
    const api = await startGateway()
    const { client, ConnectionId } = await connected(api)
    expect((await raw(api, 'POST', path + encodeURIComponent(ConnectionId), 'hi')).status).toBe(200)
    expect((await raw(api, 'POST', path + ConnectionId, 'again')).status).toBe(200)
    expect(await client.next()).toBe('hi')
    expect(await client.next()).toBe('again')
  })

  test('to an id that differs only in case is 410', async () => {
    const api = await startGateway()
    const { ConnectionId } = await connected(api)
    const other = ConnectionId.toLowerCase() === ConnectionId ? ConnectionId.toUpperCase() : ConnectionId.toLowerCase()
    await expect(
      api.client.send(new PostToConnectionCommand({ ConnectionId: other, Data: 'x' })),
    ).rejects.toMatchObject({ name: 'GoneException' })
  })

  test('to a connection that has gone is 410 with the error type', async () => {
    const api = await startGateway()
    const { client, ConnectionId } = await connected(api)
    client.ws.close()
    await api.event('disconnect')
    const answer = await raw(api, 'POST', `/local/@connections/${ConnectionId}`, 'x')
    expect(answer).toEqual({ status: 410, errorType: 'GoneException', body: '{"message":"Gone"}' })
    await expect(api.client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toMatchObject({
      name: 'GoneException',
      message: 'Gone',
      $metadata: { httpStatusCode: 410 },
    })
  })

  test('of 128 KB arrives, of one byte more is 413', async () => {
    const api = await startGateway()
    const { client, ConnectionId } = await connected(api)
    await api.client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(131_072) }))
    expect(await client.next()).toHaveLength(131_072)
    await expect(
      api.client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(131_073) })),
    ).rejects.toMatchObject({ name: 'PayloadTooLargeException', $metadata: { httpStatusCode: 413 } })
  })

  test('to a client that does not read is 429 in the end, and works again once it reads', async () => {
    const api = await startGateway({ limits: { clientBufferBytes: 200_000 } })
    const { client, ConnectionId } = await connected(api)
    client.ws.pause()
    const post = () => api.client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(131_072) }))
    let sent = 0
    const flood = async () => {
      for (; sent < 1000; sent++) await post()
    }
    await expect(flood()).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    })
    client.ws.resume()
    for (let i = 0; i < sent; i++) await client.next()
    await post()
    expect(await client.next()).toHaveLength(131_072)
  })
})

test('GET tells when the connection began and was last active', async () => {
  const api = await startGateway()
  const { client, ConnectionId } = await connected(api)
  const before = await api.client.send(new GetConnectionCommand({ ConnectionId }))
  const connectedAt = (await api.event('connect')).requestContext.connectedAt as number
  expect(before).toMatchObject({
    ConnectedAt: new Date(connectedAt),
    LastActiveAt: new Date(connectedAt),
    Identity: { SourceIp: '127.0.0.1', UserAgent: 'test' },
  })
  await client.ask({ action: 'echo' })
  const repliedAt = Date.now()
  const after = await api.client.send(new GetConnectionCommand({ ConnectionId }))
  expect(after.LastActiveAt?.getTime()).toBeGreaterThan(connectedAt)
  expect(after.LastActiveAt?.getTime()).toBeLessThanOrEqual(repliedAt)
})

test('DELETE closes with 1000, and the connection is gone at once', async () => {
  const api = await startGateway()
  const { client, ConnectionId } = await connected(api)
  const output = await api.client.send(new DeleteConnectionCommand({ ConnectionId }))
  expect(output.$metadata.httpStatusCode).toBe(204)
  expect((await client.closed).code).toBe(1000)
  expect((await api.event('disconnect')).requestContext).toMatchObject({
    disconnectStatusCode: 1000,
    disconnectReason: 'Connection Closed Normally',
  })
  await expect(api.client.send(new DeleteConnectionCommand({ ConnectionId }))).rejects.toMatchObject({
    name: 'GoneException',
  })
  await expect(api.client.send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject({
    name: 'GoneException',
  })
})

test.each([
  ['PUT', '/local/@connections/M8dKzc2VIAMCEbw%3D', 403, 'ForbiddenException'],
  ['POST', '/local/@connections', 403, 'ForbiddenException'],
  ['POST', '/local/@connections/', 403, 'ForbiddenException'],
  ['POST', '/local/@connections/a/b', 403, 'ForbiddenException'],
  ['POST', '/local/@connections/%zz', 400, 'BadRequestException'],
  ['POST', '/prod/@connections/M8dKzc2VIAMCEbw%3D', 404, undefined],
  ['GET', '/local', 404, undefined],
])('%s %s is %i', async (method, path, status, errorType) => {
  const api = await startGateway()
  expect(await raw(api, method, path)).toMatchObject({ status, errorType })
})
