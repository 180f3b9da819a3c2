/**
 * The clients of `coalescing.ts`, in a process of their own: they talk at an even rate and note when each event comes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChatClient } from '../../scripts/shared/raw-client.ts'
import { answerCalls } from '../shared/rpc.ts'

/** What came of some seconds of talk. */
export interface Heard {
  sent: number
  /** Frames that carried messages: each was one post. */
  posts: number
  /** Messages, by as many connections as they came to. */
  events: number
  /** Milliseconds from the send to the arrival, for each event. */
  latenciesMs: number[]
}

const ROOM = 'bench'
/** Bytes of every message's content. */
const CONTENT_BYTES = 200
/** Connections that take turns in sending. */
const SENDERS = 20
/** A hung phase ends here; nothing waits for it when all is well. */
const DEADLINE_MS = 20_000

const clients: ChatClient[] = []
const sentAt = new Map<string, number>()
let heard: Heard
let complete = () => {}

function listen(client: ChatClient): void {
  let known = client.events.length
  client.socket.on('message', () => {
    const now = performance.now()
    const fresh = client.events.slice(known).filter((event) => event.event === 'message')
    known = client.events.length
    if (fresh.length === 0) return
    heard.posts++
    heard.events += fresh.length
    heard.latenciesMs.push(...fresh.map(({ content }) => now - sentAt.get(content)!))
    if (heard.events === heard.sent * clients.length) complete()
  })
}

const calls = {
  /** Connects a user each and puts them into one room. */
  async connect({ wsUrl, tokens, users }: { wsUrl: string; tokens: string[]; users: string[] }) {
    for (const token of tokens) {
      const client = await ChatClient.open(wsUrl, token)
      await client.request({ action: 'sync' })
      clients.push(client)
    }
    await clients[0]!.request({ action: 'createRoom', chatRoomId: ROOM, roomName: 'Bench', members: users })
    await Promise.all(clients.slice(1).map((client) => client.event('roomAdded')))
    clients.forEach(listen)
  },

  /** Broadcasts so many messages a second, for so long; every one has to reach every connection. */
  async talk({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<Heard> {
    heard = { sent: perSecond * seconds, posts: 0, events: 0, latenciesMs: [] }
    sentAt.clear()
    const allHeard = new Promise<void>((resolve) => (complete = resolve))
    const begun = performance.now()
    for (let i = 0; i < heard.sent; i++) {
      const due = begun + (i * 1_000) / perSecond
      if (due > performance.now()) await sleep(due - performance.now())
      const content = `${String(i)} `.padEnd(CONTENT_BYTES, 'x')
      sentAt.set(content, performance.now())
      const { socket } = clients[i % SENDERS]!
      socket.send(JSON.stringify({ action: 'broadcastMessage', chatRoomId: ROOM, content }))
    }
    const late = new AbortController()
    const deadline = sleep(DEADLINE_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(`unable to measure; of ${String(heard.sent)} messages only ${String(heard.events)} events came`)
    })
    await Promise.race([allHeard, deadline])
    late.abort()
    deadline.catch(() => {})
    return heard
  },

  async leave() {
    for (const client of clients) await client.close()
  },
}

export type CoalescingClientCalls = typeof calls

answerCalls(calls)
