/**
 * Stands in for API Gateway with as little work as possible: holds the sockets, forwards posts to them and counts the
 * posts. It checks no signature and enforces no limit, so that it hardly slows any variant down. It also does the bare
 * broadcast, the floor.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { KEEP_ALIVE_MS } from '../shared/keep-alive.ts'
import { answerCalls } from '../shared/rpc.ts'

/** API Gateway bills each started 32 KB of a frame. https://aws.amazon.com/api-gateway/pricing/ */
const METERED_BYTES = 32 * 1_024
const POST = '/local/@connections/'

/** What was used since the process started. */
interface GatewayUsage {
  cpuMs: number
  /** Peak resident memory. */
  peakMiB: number
  /** Posts that were forwarded to a socket. */
  posts: number
  /** The posts as API Gateway bills them: one for each started 32 KB. */
  metered: number
  /** Bytes of the forwarded frames. */
  bytes: number
}

const sockets = new Map<string, WebSocket>()
const forwarded = { posts: 0, metered: 0, bytes: 0 }

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
    forwarded.posts++
    forwarded.metered += Math.ceil(frame.length / METERED_BYTES)
    forwarded.bytes += frame.length
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

/** The first one is in progress. */
const broadcasts: Broadcast[] = []

/** Runs the broadcasts. Pauses after each, so that the process can also handle calls. */
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

  /** Returns the connection ids in the order in which they were opened. */
  async connectionIds() {
    return [...sockets.keys()]
  },

  /** The floor: writes one frame to so many sockets. */
  async broadcast(one: Broadcast) {
    broadcasts.push(one)
    if (broadcasts.length === 1) await pump()
  },

  /** Drops the broadcasts that have not started. */
  async dropBroadcasts() {
    broadcasts.splice(1)
  },

  async usage(): Promise<GatewayUsage> {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMiB: maxRSS / 1_024, ...forwarded }
  },

  /** Resolves when every frame has been written to the network. */
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
