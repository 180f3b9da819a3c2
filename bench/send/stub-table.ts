/** A table that responds at once, in a process of its own, so that only the caller's CPU time is measured. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KEEP_ALIVE_MS } from '../shared/keep-alive.ts'
import { answerCalls } from '../shared/rpc.ts'

const S = (text: string) => ({ S: text })
const membership = JSON.stringify({
  Item: {
    pk: S('$tabletalk#chatRoomId_bench'),
    sk: S('$roster#Membership_1#userId_user-0'),
    ChatRoomId: S('bench'),
    UserId: S('user-0'),
    Role: S('owner'),
    JoinedAt: { N: '1800000000000' },
    JoinId: S('0b1c0d6e-8a1f-4c49-9e39-0f4c2b7f6a55'),
    JoinedSeq: { N: '0' },
    Founding: { BOOL: true },
    __edb_e__: S('Membership'),
    __edb_v__: S('1'),
  },
})

let seq = 0
/** The requests since `asked` was last called, in order. */
let asked: { target: string; body: string }[] = []

function answerTo(target: string, body: string): string {
  if (target.endsWith('.GetItem')) return body.includes('Membership') ? membership : '{}'
  if (!target.endsWith('.UpdateItem')) return '{}'
  seq++
  return `{"Attributes":{"HeadSeq":{"N":"${String(seq)}"},"LastAt":{"N":"1800000000000"}}}`
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.once('end', () => {
    const [target, body] = [String(req.headers['x-amz-target']), Buffer.concat(chunks).toString()]
    if (asked.length < 100) asked.push({ target, body })
    const answer = answerTo(target, body)
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(answer) }
    res.writeHead(200, headers).end(answer)
  })
})
server.keepAliveTimeout = KEEP_ALIVE_MS

const calls = {
  async listen() {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  },

  async asked() {
    const before = asked
    asked = []
    return before
  },
}

export type StubTableCalls = typeof calls

answerCalls(calls)
