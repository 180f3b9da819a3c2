/** The clients, in a process of their own: they send at an even rate and record when each event arrives. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { answerCalls } from '../shared/rpc.ts'

/** What the clients received of the messages that they sent. */
export interface Received {
  sent: number
  /** Frames with messages. Each was one post. */
  posts: number
  /** Messages, counted once for each connection that received them. */
  events: number
  /** Milliseconds from the send to the arrival of each event. */
  latenciesMs: number[]
}

const ROOM = 'bench'
/** Bytes of every message's content. */
const CONTENT_BYTES = 200
/** Connections that take turns in sending. */
const SENDERS = 20
/** Milliseconds after which a phase that hangs fails. */
const DEADLINE_MS = 20_000

const clients: RawClient[] = []
const sentAt = new Map<string, number>()
let received: Received
let complete = () => {}

function listen(client: RawClient): void {
  let known = client.events.length
  client.socket.on('message', () => {
    const now = performance.now()
    const fresh = client.events.slice(known).filter((event) => event.event === 'message')
    known = client.events.length
    if (fresh.length === 0) return
    received.posts++
    received.events += fresh.length
    received.latenciesMs.push(...fresh.map(({ content }) => now - sentAt.get(content)!))
    if (received.events === received.sent * clients.length) complete()
  })
}

const calls = {
  /** Connects one client for each user, and creates a room with all of them. */
  async connect({ wsUrl, tokens, users }: { wsUrl: string; tokens: string[]; users: string[] }) {
    for (const token of tokens) {
      const client = await RawClient.open(wsUrl, token)
      await client.request({ action: 'sync' })
      clients.push(client)
    }
    await clients[0]!.request({ action: 'createRoom', chatRoomId: ROOM, roomName: 'Bench', members: users })
    await Promise.all(clients.slice(1).map((client) => client.event('roomAdded')))
    clients.forEach(listen)
  },

  /**
   * Sends messages at this rate.
   *
   * @throws Error if not every message has reached every connection in time
   */
  async send({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<Received> {
    received = { sent: perSecond * seconds, posts: 0, events: 0, latenciesMs: [] }
    sentAt.clear()
    const allReceived = new Promise<void>((resolve) => (complete = resolve))
    const startedAt = performance.now()
    for (let i = 0; i < received.sent; i++) {
      const due = startedAt + (i * 1_000) / perSecond
      if (due > performance.now()) await sleep(due - performance.now())
      const content = `${String(i)} `.padEnd(CONTENT_BYTES, 'x')
      sentAt.set(content, performance.now())
      const { socket } = clients[i % SENDERS]!
      socket.send(JSON.stringify({ action: 'broadcastMessage', chatRoomId: ROOM, content }))
    }
    const late = new AbortController()
    const deadline = sleep(DEADLINE_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(
        `unable to measure; only ${String(received.events)} events of ${String(received.sent)} messages arrived`,
      )
    })
    await Promise.race([allReceived, deadline])
    late.abort()
    deadline.catch(() => {})
    return received
  },

  async leave() {
    for (const client of clients) await client.close()
  },
}

export type CoalescingClientCalls = typeof calls

answerCalls(calls)
