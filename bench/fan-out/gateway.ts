/**
 * API Gateway's part, as lean as it can be: holds the sockets, takes posts and counts them. No signature is checked and
 * no limit kept, so it is no variant's bottleneck alone. It also makes the bare broadcast, the floor of all variants.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { KEEP_ALIVE_MS } from '../shared/keep-alive.ts'
import { answerCalls } from '../shared/rpc.ts'

/** What API Gateway meters a frame by. */
const METERED_BYTES = 32 * 1_024
const POST = '/local/@connections/'

export interface GatewayUsage {
  cpuMs: number
  /** The most that was resident. */
  peakMiB: number
  /** Posts that were taken. */
  posts: number
  /** The same as API Gateway charges them, each begun 32 KB. */
  metered: number
  /** Bytes of the posts' frames. */
  bytes: number
}

const sockets = new Map<string, WebSocket>()
const taken = { posts: 0, metered: 0, bytes: 0 }

const server = createServer((req, res) => {
  const socket = sockets.get(decodeURIComponent((req.url ?? '').slice(POST.length)))
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    if (!socket) {
      res.writeHead(410, { 'x-amzn-ErrorType': 'GoneException' }).end()
      return
    }
    const frame = Buffer.concat(chunks)
    taken.posts++
    taken.metered += Math.ceil(frame.length / METERED_BYTES)
    taken.bytes += frame.length
    socket.send(frame, { binary: false })
    res.writeHead(200, { 'content-length': '0' }).end()
  })
})
server.keepAliveTimeout = KEEP_ALIVE_MS
const wss = new WebSocketServer({ server, perMessageDeflate: false })
wss.on('connection', (socket: WebSocket, _request: IncomingMessage) => {
  sockets.set(randomBytes(11).toString('base64'), socket)
})

interface Broadcast {
  frame: string
  connections: number
}

/** The first is under way. */
const broadcasts: Broadcast[] = []

/** With a pause after each, or the process would hear of nothing else meanwhile. */
async function pump(): Promise<void> {
  for (let one = broadcasts[0]; one !== undefined; one = broadcasts[0]) {
    const bytes = Buffer.from(one.frame)
    let left = one.connections
    for (const socket of sockets.values()) {
      if (left-- === 0) break
      socket.send(bytes, { binary: false })
    }
    await nextTurn()
    broadcasts.shift()
  }
}

const calls = {
  async listen() {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { wsUrl: `ws://127.0.0.1:${String(port)}`, endpoint: `http://127.0.0.1:${String(port)}/local` }
  },

  /** Connection ids in the order in which they were opened. */
  async connectionIds() {
    return [...sockets.keys()]
  },

  /** The floor: one frame to the first so many sockets. */
  async broadcast(one: Broadcast) {
    broadcasts.push(one)
    if (broadcasts.length === 1) await pump()
  },

  /** Those that haven't begun. */
  async dropBroadcasts() {
    broadcasts.splice(1)
  },

  async usage(): Promise<GatewayUsage> {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMiB: maxRSS / 1_024, ...taken }
  },

  /** Resolves when everything has left for the receivers. */
  async drained() {
    while ([...sockets.values()].some((socket) => socket.bufferedAmount > 0)) await delay(20)
  },

  async stop() {
    for (const socket of wss.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  },
}

export type GatewayCalls = typeof calls

answerCalls(calls)
