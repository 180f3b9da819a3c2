import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** Bytes of a TCP segment: what one loss holds up. */
const SEGMENT = 1_400

export interface Network {
  /** Towards the client; the other way is free. */
  bytesPerSecond: number
  /** Of each segment, both ways together. */
  latencyMs: number
  /** The share of segments that are sent again, after `stallMs`, while everything behind them waits. */
  loss: number
  stallMs: number
}

/**
 * A TCP proxy that stands for a bad network. `network` may be changed while it runs; `cut` ends all connections, and
 * `refuses` lets none in. No package on npm that is kept up does this; toxiproxy, which does, is a program in Go.
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

  /** Segment by segment, each after the one before. */
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
