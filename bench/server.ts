/**
 * The process under measurement: the local runtime (gateway, functions, stream poller), and beside it a bare broadcast
 * over the very same sockets.
 */
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { consoleLog } from '../src/local/console-log.ts'
import { type DynamoDbLocal, startDynamoDbLocal } from '../src/local/dynamodb/process.ts'
import { type Runtime, startRuntime } from '../src/local/runtime.ts'
import { answerCalls } from './rpc.ts'
import { textFrame } from './text-frame.ts'

/** CPU time used so far, in milliseconds. */
export interface CpuTimes {
  /** This process: gateway, stream poller, all functions in their worker threads, garbage collection, and the broadcast. */
  node: number
  /** The JVM of DynamoDB Local; `null` where the system doesn't tell. */
  dynamodb: number | null
}

/** Without warnings: a send that the functions refuse is counted by the client. */
const log = { ...consoleLog(), warn: () => {} }

const sockets = new Map<number, Socket>()
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket }
  const { remotePort } = socket
  if (remotePort === undefined) return
  sockets.set(remotePort, socket)
  socket.once('close', () => sockets.delete(remotePort))
})

let dynamodb: DynamoDbLocal
let runtime: Runtime
let recipients: Socket[] = []
const floorHttp = createServer()
const floor = new WebSocketServer({ server: floorHttp, perMessageDeflate: false })
floor.on('connection', (ws) => {
  ws.on('message', (data: Buffer) => {
    const frame = textFrame(data)
    for (const socket of recipients) socket.write(frame)
  })
})

const calls = {
  /** Start; answers with where to connect and a token for each user. */
  async start({ users }: { users: string[] }) {
    dynamodb = await startDynamoDbLocal({ log })
    runtime = await startRuntime({ dynamodbEndpoint: dynamodb.endpoint, log })
    await runtime.lambda.warm()
    floorHttp.listen(0, '127.0.0.1')
    await once(floorHttp, 'listening')
    const { port } = floorHttp.address() as AddressInfo
    const tokens = await Promise.all(users.map((user) => runtime.token(user)))
    return { wsUrl: runtime.wsUrl, floorUrl: `ws://127.0.0.1:${String(port)}`, tokens }
  },

  /** The sockets that the bare broadcast writes to, by the client's ports. */
  async broadcastTo({ ports }: { ports: number[] }) {
    recipients = ports.map((port) => {
      const socket = sockets.get(port)
      if (!socket) throw new Error(`unable to broadcast; there is no socket from port ${String(port)}`)
      return socket
    })
  },

  /** Resolves when the stream has been worked off. */
  async idle() {
    await runtime.mapping.idle()
  },

  async cpu(): Promise<CpuTimes> {
    const { user, system } = process.cpuUsage()
    return { node: (user + system) / 1_000, dynamodb: cpuOf(dynamodb.pid) }
  },

  async stop() {
    floor.close()
    for (const client of floor.clients) client.terminate()
    floorHttp.close()
    await runtime.close()
    await dynamodb.close()
  },
}

export type ServerCalls = typeof calls

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime and stime, in ticks of 10 ms. */
function cpuOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return (Number(utime) + Number(stime)) * 10
  } catch {
    return null
  }
}

answerCalls(calls)
