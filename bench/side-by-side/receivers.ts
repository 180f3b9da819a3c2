/** The connections, in a process of their own: bare WebSockets that parse every frame, the same for both servers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { evenly } from '../shared/evenly.ts'
import { answerCalls } from '../shared/rpc.ts'
import { percentile } from '../shared/statistics.ts'

export type Way = 'Socket.IO' | 'Tabletalk'

export interface Heard {
  events: number
  wanted: number
  p50Ms: number
  p99Ms: number
  /** Milliseconds from the send to the server's acknowledgement. */
  ackP50Ms: number
}

/** Packets of Engine.IO and Socket.IO. https://socket.io/docs/v4/engine-io-protocol/ and /socket-io-protocol/ */
const CONNECT = '40'
const EVENT = '42'
const ACK = '43'
const PING = '2'
const PONG = '3'

const CONTENT_BYTES = 200
const AT_ONCE = 20
const DEADLINE_MS = 20_000
const ROOM = 'bench'

const sockets: WebSocket[] = []
let latencies: number[] = []
let wanted = 0
let complete = () => {}
let acknowledged: () => void = () => {}

const now = () => performance.timeOrigin + performance.now()

function take(content: string): void {
  latencies.push(now() - Number(content.split(' ', 1)[0]))
  if (latencies.length === wanted) complete()
}

/** Opens a connection that joins the room. */
function openSocketIo(url: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  sockets.push(socket)
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (data: Buffer) => {
      const packet = String(data)
      if (packet.startsWith('0')) socket.send(CONNECT)
      else if (packet === PING) socket.send(PONG)
      else if (packet.startsWith(CONNECT)) resolve()
      else if (packet.startsWith(ACK)) acknowledged()
      else if (packet.startsWith(EVENT)) {
        const [, message] = JSON.parse(packet.slice(EVENT.length)) as [string, { content: string }]
        take(message.content)
      }
    })
  })
}

async function openTabletalk(url: string, token: string, isFirst: boolean): Promise<void> {
  const socket = new WebSocket(`${url}?token=${encodeURIComponent(token)}`, { perMessageDeflate: false })
  sockets.push(socket)
  let answered = () => {}
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(String(data)) as { type: string; events?: { event: string; content: string }[] }
    if (frame.type !== 'events') return isFirst && wanted > 0 ? acknowledged() : answered()
    for (const { event, content } of frame.events ?? []) if (event === 'message') take(content)
  })
  const ask = (frame: object) =>
    new Promise<void>((resolve) => {
      answered = resolve
      socket.send(JSON.stringify(frame))
    })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  await ask({ action: 'sync' })
  await ask(
    isFirst ? { action: 'createRoom', chatRoomId: ROOM, roomName: 'Bench' } : { action: 'joinRoom', chatRoomId: ROOM },
  )
}

const calls = {
  async open({ way, url, tokens, connections }: { way: Way; url: string; tokens: string[]; connections: number }) {
    const one = (i: number) => (way === 'Socket.IO' ? openSocketIo(url) : openTabletalk(url, tokens[i]!, i === 0))
    await one(0)
    for (let i = 1; i < connections; i += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, connections - i) }, (_, k) => one(i + k)))
    }
  },

  /** Sends at an even rate on the first connection, which receives its own messages as the others do. */
  async send({ way, perSecond, messages }: { way: Way; perSecond: number; messages: number }): Promise<Heard> {
    latencies = []
    wanted = messages * sockets.length
    const all = new Promise<void>((resolve) => (complete = resolve))
    const sentAt: number[] = []
    const acks: number[] = []
    acknowledged = () => acks.push(now() - sentAt[acks.length]!)
    await evenly(messages, perSecond, (i) => {
      sentAt.push(now())
      const content = `${String(sentAt[i])} `.padEnd(CONTENT_BYTES, 'x')
      const frame = { action: 'broadcastMessage', requestId: `m${String(i)}`, chatRoomId: ROOM, content }
      sockets[0]!.send(
        way === 'Socket.IO' ? `${EVENT}${String(i)}["say",${JSON.stringify({ content })}]` : JSON.stringify(frame),
      )
    })
    await Promise.race([all, sleep(DEADLINE_MS, undefined, { ref: false })])
    for (let left = 100; acks.length < messages && left > 0; left--) await sleep(20)
    const [p50Ms, p99Ms] = [percentile(latencies, 0.5), percentile(latencies, 0.99)]
    return { events: latencies.length, wanted, p50Ms, p99Ms, ackP50Ms: percentile(acks, 0.5) }
  },

  async close() {
    for (const socket of sockets) socket.terminate()
  },
}

export type ReceiverCalls = typeof calls

answerCalls(calls)
