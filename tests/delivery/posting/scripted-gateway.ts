import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { onTestFinished } from 'vitest'
import type { Credentials } from '../../../src/aws/credentials.ts'

export interface Posted {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** The caller's port. It is the same for two posts over one socket. */
  port: number
}

/** A status for an empty response, or a function that writes the response. */
export type Answer = number | ((response: ServerResponse) => void)

/** Starts an `@connections` API that gives these answers in turn, and then 200. It keeps everything that is posted. */
export async function scriptedGateway(...answers: Answer[]): Promise<{ posted: Posted[]; endpoint: string }> {
  const posted: Posted[] = []
  const endpoint = await serve((post, response) => {
    posted.push(post)
    const answer = answers.shift() ?? 200
    if (typeof answer === 'number') response.writeHead(answer).end()
    else answer(response)
  })
  return { posted, endpoint: `${endpoint}/local` }
}

/** Starts a server on loopback that is closed when the test ends. Returns its address. */
export async function serve(answer: (request: Posted, response: ServerResponse) => void): Promise<string> {
  const server = createServer((req, response) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const { method = '', url = '', headers, socket } = req
      answer({ method, url, headers, body: Buffer.concat(chunks), port: socket.remotePort! }, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/**
 * Returns the `Authorization` that the post should have, from the SDK's signer, for the headers that the post names as
 * signed.
 */
export async function rightAuthorization(
  post: Posted,
  region: string,
  credentials: Credentials,
  service = 'execute-api',
): Promise<string> {
  const names = /SignedHeaders=([^,]+)/.exec(post.headers.authorization ?? '')?.[1]?.split(';') ?? []
  const date = String(post.headers['x-amz-date'])
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  const { headers } = await signer.sign(
    {
      method: post.method,
      protocol: 'http:',
      hostname: post.headers.host!,
      path: post.url,
      query: {},
      headers: Object.fromEntries(names.map((name) => [name, String(post.headers[name])])),
      body: post.body,
    },
    { signingDate: new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')) },
  )
  return headers.authorization!
}
