/** A gateway that accepts every post, in a process of its own, so that its CPU time is not part of any measurement. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { KEEP_ALIVE_MS } from './keep-alive.ts'
import { answerCalls } from './rpc.ts'

const posted = { posts: 0, bytes: 0 }

function accept(req: IncomingMessage, res: ServerResponse): void {
  req.on('data', (chunk: Buffer) => {
    posted.bytes += chunk.length
  })
  req.once('end', () => {
    posted.posts++
    res.writeHead(200, { 'content-length': '0' }).end()
  })
}

/** Listens over TLS with a self-signed certificate. */
async function listenSecurely(): Promise<string> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
  const server = createTlsServer({ key, cert }, accept)
  return `https://${await portOf(server)}/local`
}

async function portOf(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

const calls = {
  listen: async () => `http://${await portOf(createServer(accept))}/local`,

  listenSecurely,

  /** Returns the numbers since the server started. */
  async posted() {
    return { ...posted }
  },
}

export type PostingServerCalls = typeof calls

answerCalls(calls)
