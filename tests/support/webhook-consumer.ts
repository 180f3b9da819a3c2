import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'
import type { BusClock } from '../../local/bus/bus-clock.ts'
import { listen, originOf, readBody } from '../../local/http.ts'
import type { BusEvent } from '../../src/protocol/bus-events.ts'

/** A secret of 24 bytes. */
export const SECRET = `whsec_${Buffer.from('the secret of these test').toString('base64')}`

interface Received {
  id: string
  type: BusEvent['type']
  data: Record<string, unknown>
}

/** Starts a webhook's receiver, which checks signatures with the reference library of Standard Webhooks. */
export async function startConsumer() {
  const webhook = new Webhook(SECRET)
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const attempts: string[] = []
  const consumer = {
    /** The accepted events, oldest first. */
    received,
    /** The ids of all attempts. */
    attempts,
    status: 200,
    url: '',
    /** Resolves with the first accepted event that matches, even if it has already arrived. */
    async until(isWanted: (one: Received) => boolean): Promise<Received> {
      for (;;) {
        const found = received.find(isWanted)
        if (found) return found
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
    close: () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  }
  const server = createServer((req, res) => {
    const taken = readBody(req, 1_000_000).then((body = '') => {
      const { type, data } = webhook.verify(body, req.headers as Record<string, string>) as Received
      const id = String(req.headers['webhook-id'])
      attempts.push(id)
      if (consumer.status === 200) received.push({ id, type, data })
      res.writeHead(consumer.status).end()
      for (const resolve of waiting) resolve()
      waiting.clear()
    })
    taken.catch(() => res.writeHead(400).end())
  })
  consumer.url = `${originOf('127.0.0.1', await listen(server, 0, '127.0.0.1'))}/hook`
  return consumer
}

/** A clock that advances only when a test tells it to. */
export class ManualClock implements BusClock {
  #now = Date.now()
  readonly #timers = new Map<symbol, { at: number; call: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, call: () => void): () => void {
    const id = Symbol()
    this.#timers.set(id, { at: this.#now + ms, call })
    return () => this.#timers.delete(id)
  }

  /** @param rested resolves when the calls that were due have ended */
  async advance(ms: number, rested: () => Promise<unknown>): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await rested()
      const [next] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
      if (!next) break
      this.#timers.delete(next[0])
      this.#now = Math.max(this.#now, next[1].at)
      next[1].call()
    }
    this.#now = end
  }
}
