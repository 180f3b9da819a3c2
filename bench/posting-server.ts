/** A gateway that takes every post, in a process of its own: its CPU time is nobody's. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerCalls } from './rpc.ts'

const server = createServer((req, res) => {
  req.resume()
  req.once('end', () => res.writeHead(200, { 'content-length': '0' }).end())
})

const calls = {
  async listen() {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return `http://127.0.0.1:${String(port)}/local`
  },
}

export type PostingServerCalls = typeof calls

answerCalls(calls)
