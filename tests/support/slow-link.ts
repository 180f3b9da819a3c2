import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** Bytes of a TCP segment, the unit that can be lost. */
const SEGMENT = 1_400

export interface Network {
  /** Towards the client. The other direction is not limited. */
  bytesPerSecond: number
  /** Milliseconds of each segment, both directions together. */
  latencyMs: number
  /** The share of segments that are sent again after `stallMs`, while everything behind them waits. */
  loss: number
  stallMs: number
}

/**
 * Starts a TCP proxy that behaves like a bad network. `network` may be changed while it runs; `cut` ends all
 * connections, and `refuses` lets none in. No maintained npm package does this; toxiproxy does, but is a Go program.
 *
 * @param target the port of the server
 */
export async function slowLink(target: number, network: Partial<Network> = {}) {
  const sockets = new Set<Socket>()
  const link = {
    network: { bytesPerSecond: Infinity, latencyMs: 0, loss: 0, stallMs: 0, ...network } satisfies Network,
    refuses: false,
    connections: 0,
    port: 0,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
  }
  let segments = 0
  const server = createServer((client) => {
    if (link.refuses) return void client.destroy()
    link.connections++
    const upstream = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    client.pipe(upstream)
    deliver(upstream, client).catch(() => client.destroy())
  })

  /** Delivers segment by segment, each after the previous one. */
  async function deliver(from: Socket, to: Socket): Promise<void> {
    let dueAt = 0
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const arrivesAt = performance.now() + link.network.latencyMs
      for (let start = 0; start < chunk.length; start += SEGMENT) {
        const segment = chunk.subarray(start, start + SEGMENT)
        const { bytesPerSecond, loss, stallMs } = link.network
        const isLost = loss > 0 && ++segments % Math.round(1 / loss) === 0
        dueAt = Math.max(dueAt, arrivesAt) + (segment.length / bytesPerSecond) * 1_000 + (isLost ? stallMs : 0)
        await sleep(dueAt - performance.now())
        if (to.destroyed) return
        to.write(segment)
      }
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  link.port = (server.address() as AddressInfo).port
  onTestFinished(() => {
    link.cut()
    server.close()
  })
  return link
}
