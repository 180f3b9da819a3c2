/** The clients, in a process of their own: real WebSockets that parse every frame and count every event once. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { MessageEvent } from '../../src/protocol/events.ts'
import { Arrivals, type Received } from './arrivals.ts'
import { answerCalls } from '../shared/rpc.ts'

/** Connections that are opened at the same time. */
const AT_ONCE = 64

const clients: WebSocket[] = []
let arrivals: Arrivals | undefined

const calls = {
  /** Opens connections until there are so many. */
  async fill({ wsUrl, connections }: { wsUrl: string; connections: number }) {
    const opener = async () => {
      while (clients.length < connections) {
        const ws = new WebSocket(wsUrl, { perMessageDeflate: false })
        const receiver = clients.push(ws) - 1
        ws.on('message', (data: Buffer) => {
          const { events } = JSON.parse(data.toString()) as { events: MessageEvent[] }
          for (const event of events) arrivals?.receive(receiver, event.content)
        })
        await once(ws, 'open')
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, opener))
  },

  /** From now on counts only messages of this round. */
  async begin({ number, messages, receivers }: { number: number; messages: number; receivers: number }) {
    arrivals = new Arrivals(number, messages, receivers)
  },

  /** Returns true when every receiver has received every message, or false after `withinMs`. */
  async complete({ withinMs }: { withinMs: number }) {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs)
    })
    const all = await Promise.race([arrivals!.complete, over])
    clearTimeout(timer)
    return all
  },

  async received(): Promise<Received> {
    return arrivals!.received()
  },

  async leave() {
    for (const client of clients) client.terminate()
  },
}

export type ReceiverCalls = typeof calls

answerCalls(calls)
