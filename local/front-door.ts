import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Closable, Log } from './contracts.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Health } from './health.ts'
import { pathOf, sendError, sendJson } from './http.ts'

/** Answers the requests of some paths. */
interface Pages {
  /** False for a path that is not its own. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

export interface Rooms {
  gateway: Pick<Gateway, 'handleUpgrade' | 'handleRequest'>
  healthz: () => Promise<Health>
  pages: Pages[]
}

/** The one HTTP server of the runtime. Listening from the start, it answers 503 until `open` tells what is behind it. */
export class FrontDoor implements Closable {
  readonly server: Server
  readonly #log: Log
  #rooms: Rooms | undefined

  constructor(log: Log) {
    this.#log = log
    this.server = createServer((req, res) => this.#request(req, res))
    this.server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head))
  }

  open(rooms: Rooms): void {
    this.#rooms = rooms
  }

  /** Stops listening and ends whatever is still connected. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.close((error) => (error ? reject(error) : resolve()))
      this.server.closeAllConnections()
    })
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const isHealthCheck = pathOf(req) === '/healthz'
    if (!this.#rooms) {
      if (isHealthCheck) sendJson(res, 503, { status: 'starting', parts: {} })
      else sendError(res, 503, 'unavailable', 'unable to answer; starting', { 'retry-after': '1' })
      return
    }
    const { gateway, healthz, pages } = this.#rooms
    if (isHealthCheck) {
      healthz().then(
        (health) => sendJson(res, health.status === 'ok' ? 200 : 503, health),
        (error: unknown) => {
          this.#log.error('unable to check the health', { error: String(error) })
          sendError(res, 500, 'internal', 'unable to check the health')
        },
      )
      return
    }
    if (gateway.handleRequest(req, res)) return
    if (pages.some((page) => page.handleRequest(req, res))) return
    sendError(res, 404, 'not_found', 'unable to answer; there is nothing at this path')
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#rooms) this.#rooms.gateway.handleUpgrade(req, socket, head)
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  }
}
