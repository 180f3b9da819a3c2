import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Closable, Log } from './contracts.ts'
import type { Gateway } from './gateway/gateway.ts'
import { applyDevelopmentCors, refusalOf, refuse } from './guard.ts'
import type { Health } from './health.ts'
import { pathOf, sendError, sendJson } from './http.ts'

/** Handles the requests of some paths. */
interface RequestHandler {
  /** Returns false for a path that it doesn't handle. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

interface Backends {
  gateway: Pick<Gateway, 'handleUpgrade' | 'handleRequest'>
  healthz: () => Promise<Health>
  pages: RequestHandler[]
}

/** The one HTTP server of the runtime. It listens from the start and responds 503 until `open` sets the backends. */
export class FrontDoor implements Closable {
  readonly server: Server
  readonly #log: Log
  readonly #host: string
  #backends: Backends | undefined

  /** @param host the address or name that the server listens on */
  constructor(log: Log, host: string) {
    this.#log = log
    this.#host = host
    this.server = createServer((req, res) => this.#request(req, res))
    this.server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head))
  }

  open(backends: Backends): void {
    this.#backends = backends
  }

  /** Stops listening and cuts the connections that are left. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.close((error) => (error ? reject(error) : resolve()))
      this.server.closeAllConnections()
    })
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const refusal = refusalOf(req, this.#host)
    if (refusal !== undefined) {
      this.#log.warn('a request was refused', { path: pathOf(req), reason: refusal.reason, origin: req.headers.origin })
      refuse(res, refusal)
      return
    }
    if (applyDevelopmentCors(req, res)) return
    const isHealthCheck = pathOf(req) === '/healthz'
    if (!this.#backends) {
      if (isHealthCheck) sendJson(res, 503, { status: 'starting', parts: {} })
      else sendError(res, 503, 'unavailable', 'unable to answer; starting', { 'retry-after': '1' })
      return
    }
    const { gateway, healthz, pages } = this.#backends
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
    const refusal = refusalOf(req, this.#host)
    if (refusal !== undefined) socket.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    else if (this.#backends) this.#backends.gateway.handleUpgrade(req, socket, head)
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  }
}
