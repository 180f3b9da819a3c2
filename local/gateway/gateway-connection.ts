import type { Readable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Log } from '../contracts.ts'
import type { Session } from './events.ts'
import { guardFrameSize } from './frame-size-guard.ts'
import type { GatewayLimits } from './gateway-limits.ts'

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html */
export const CLOSE = {
  normal: { code: 1000, reason: 'Connection Closed Normally' },
  goingAway: { code: 1001, reason: 'Going away' },
  unsupportedData: { code: 1003, reason: '' },
  noStatus: { code: 1005, reason: 'Client-side close frame status not set' },
  abnormal: { code: 1006, reason: '' },
  policyViolation: { code: 1008, reason: '' },
  tooBig: { code: 1009, reason: '' },
  serviceRestart: { code: 1012, reason: '' },
} as const

export interface Close {
  code: number
  reason: string
}

/** Times what makes a post wait: replies that a client asks for and doesn't read would fill the memory. */
const MOST_UNREAD = 16

interface ConnectionOptions {
  ws: WebSocket
  /** The socket under `ws`. */
  socket: Readable
  session: Session
  limits: GatewayLimits
  log: Log
  onMessage: (body: string) => void
}

/** A connection whose `$connect` succeeded. It enforces API Gateway's limits until it ends. */
export class GatewayConnection {
  readonly session: Session
  /** Time of the last message in either direction, in epoch milliseconds. */
  lastActiveAt: number
  /** Resolves when the socket is closed. */
  readonly closed: Promise<Close>
  readonly #ws: WebSocket
  readonly #limits: GatewayLimits
  readonly #log: Log
  readonly #idle: NodeJS.Timeout
  #messages = 0
  #deafAfter = Infinity
  #close: Close | undefined

  constructor({ ws, socket, session, limits, log, onMessage }: ConnectionOptions) {
    this.#ws = ws
    this.#limits = limits
    this.#log = log
    this.session = session
    this.lastActiveAt = session.connectedAt
    this.#idle = setTimeout(() => this.close(CLOSE.goingAway), limits.idleMs)
    const lifetime = setTimeout(() => this.close(CLOSE.goingAway), limits.lifetimeMs)

    guardFrameSize(socket, limits.frameBytes, (messagesBefore) => this.close(CLOSE.tooBig, messagesBefore))
    ws.on('message', (data: Buffer, isBinary) => {
      if (this.#messages++ >= this.#deafAfter) return
      if (isBinary) return this.close(CLOSE.unsupportedData)
      this.#touch()
      onMessage(data.toString('utf8'))
    })
    ws.on('error', (error: Error & { code?: string }) => {
      const code = closeCodeOf(error)
      this.#close ??= { code, reason: '' }
      log.info('closing a connection; the client broke the protocol', {
        connectionId: session.connectionId,
        code,
        error: error.message,
      })
    })
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        clearTimeout(this.#idle)
        clearTimeout(lifetime)
        resolve(this.#close ?? (code === CLOSE.noStatus.code ? CLOSE.noStatus : { code, reason: reason.toString() }))
      })
    })
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  /** Bytes that the client hasn't read yet. */
  get bufferedBytes(): number {
    return this.#ws.bufferedAmount
  }

  /**
   * Sends a text frame. Drops it if the connection is closing, as API Gateway does with late replies. A client that
   * reads nothing of very many replies is cut off.
   */
  send(text: string | Buffer): void {
    if (!this.isOpen) return
    if (this.bufferedBytes > MOST_UNREAD * this.#limits.clientBufferBytes) return this.terminate()
    this.#touch()
    this.#ws.send(text, { binary: false }, (error) => {
      if (!error) return
      this.#log.info('unable to send a frame; the connection ended', {
        connectionId: this.session.connectionId,
        error: error.message,
      })
    })
  }

  /**
   * Closes the connection.
   *
   * @param deafAfter how many inbound messages are still handled; by default those that have arrived
   */
  close(close: Close, deafAfter = this.#messages): void {
    if (!this.isOpen) return
    this.#close ??= close
    this.#deafAfter = deafAfter
    this.#ws.close(close.code, close.reason)
  }

  /** Cuts the TCP connection: both sides see 1006. */
  terminate(): void {
    this.#ws.terminate()
  }

  #touch(): void {
    this.lastActiveAt = Date.now()
    this.#idle.refresh()
  }
}

/**
 * Returns the close code of an error on which `ws` closes by itself. `ws` doesn't say which code it sends.
 * https://github.com/websockets/ws/blob/master/doc/ws.md#ws-error-codes
 */
function closeCodeOf({ code }: { code?: string }): number {
  if (code === 'WS_ERR_INVALID_UTF8') return 1007
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 1008
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH') return 1009
  return 1002
}
