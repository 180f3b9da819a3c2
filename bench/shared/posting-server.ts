/** A gateway that accepts every post, in a process of its own, so that its CPU time is not part of any measurement. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KEEP_ALIVE_MS } from './keep-alive.ts'
import { answerCalls } from './rpc.ts'

const posted = { posts: 0, bytes: 0 }

const server = createServer((req, res) => {
  req.on('data', (chunk: Buffer) => {
    posted.bytes += chunk.length
  })
  req.once('end', () => {
    posted.posts++
    res.writeHead(200, { 'content-length': '0' }).end()
  })
})

server.keepAliveTimeout = KEEP_ALIVE_MS

const calls = {
  async listen() {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return `http://127.0.0.1:${String(port)}/local`
  },

  /** Since it started. */
  async posted() {
    return { ...posted }
  },
}

export type PostingServerCalls = typeof calls

answerCalls(calls)
