/**
 * The clients, in a process of their own: they send and react at an even rate, and record when each event arrives. Only
 * the first hundred read what they receive: a thousand that parse their frames would need a core of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { MAX_ADD_MEMBERS } from '../../src/protocol/limits.ts'
import { evenly } from '../shared/evenly.ts'
import { answerCalls } from '../shared/rpc.ts'

/** How much is sent, evenly spread over the seconds. */
export interface Rate {
  perSecond: number
  /** Reactions per second, each to one of the last messages. */
  reactionsPerSecond: number
  seconds: number
}

/** What the clients that read received of the messages that were sent. */
export interface Received {
  sent: number
  reacted: number
  /** Frames with messages or their changes. Each was one post. */
  posts: number
  /** Messages, counted once for each connection that received them. */
  events: number
  /** New summaries of reactions, counted likewise. */
  summaries: number
  /** Milliseconds from the send to the arrival of each message. */
  latenciesMs: number[]
}

const ROOM = 'bench'
/** Bytes of every message's content. */
const CONTENT_BYTES = 200
/** Connections that take turns in sending. */
const SENDERS = 20
/** Milliseconds after which a phase that hangs fails. */
const DEADLINE_MS = 20_000

/** Connections that read what they receive. */
const READERS = 100
/** Reactions go to the last messages, as people's do. */
const REACTED_TO = 20

const clients: RawClient[] = []
const lastMessages: string[] = []
const sentAt = new Map<string, number>()
let received: Received
let complete = () => {}

function listen(client: RawClient, index: number): void {
  if (index >= READERS) {
    client.socket.removeAllListeners('message')
    // What arrives is thrown away; without a listener it would be kept.
    client.socket.on('message', () => {})
    return
  }
  let known = client.events.length
  client.socket.on('message', () => {
    const now = performance.now()
    const fresh = client.events.slice(known)
    known = client.events.length
    const messages = fresh.filter((event) => event.event === 'message')
    const summaries = fresh.filter((event) => event.event === 'messageUpdated').length
    if (messages.length + summaries === 0) return
    received.posts++
    received.events += messages.length
    received.summaries += summaries
    received.latenciesMs.push(...messages.map(({ content }) => now - sentAt.get(content)!))
    if (index === 0) {
      lastMessages.push(...messages.map(({ messageId }) => messageId))
      lastMessages.splice(0, lastMessages.length - REACTED_TO)
    }
    if (received.events === received.sent * Math.min(READERS, clients.length)) complete()
  })
}

const say = (client: RawClient, frame: object) => client.socket.send(JSON.stringify({ chatRoomId: ROOM, ...frame }))

const calls = {
  /** Connects one client for each user, and creates a room with all of them. */
  async connect({ wsUrl, tokens, users }: { wsUrl: string; tokens: string[]; users: string[] }) {
    for (const token of tokens) {
      const client = await RawClient.open(wsUrl, token)
      await client.request({ action: 'sync' })
      clients.push(client)
    }
    const [first] = clients as [RawClient]
    await first.request({ action: 'createRoom', chatRoomId: ROOM, roomName: 'Bench' })
    for (let at = 1; at < users.length; at += MAX_ADD_MEMBERS) {
      const userIds = users.slice(at, at + MAX_ADD_MEMBERS)
      await first.request({ action: 'addMembers', chatRoomId: ROOM, userIds })
    }
    await Promise.all(clients.slice(1).map((client) => client.event('roomAdded')))
    clients.forEach(listen)
  },

  /**
   * Sends messages and reactions at this rate.
   *
   * @throws Error if not every message has reached every reader in time
   */
  async send({ perSecond, reactionsPerSecond, seconds }: Rate): Promise<Received> {
    const [sent, reacted] = [perSecond * seconds, reactionsPerSecond * seconds]
    received = { sent, reacted, posts: 0, events: 0, summaries: 0, latenciesMs: [] }
    sentAt.clear()
    lastMessages.length = 0
    const allReceived = new Promise<void>((resolve) => (complete = resolve))
    await Promise.all([
      evenly(sent, perSecond, (i) => {
        const content = `${String(i)} `.padEnd(CONTENT_BYTES, 'x')
        sentAt.set(content, performance.now())
        say(clients[i % SENDERS]!, { action: 'broadcastMessage', content })
      }),
      evenly(reacted, reactionsPerSecond, (i) => {
        const messageId = lastMessages[i % lastMessages.length]
        // Before the first message has arrived there is nothing to react to.
        if (messageId !== undefined)
          say(clients[i % clients.length]!, { action: 'addReaction', messageId, reaction: '👍' })
      }),
    ])
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
