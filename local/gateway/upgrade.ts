import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { announceDisconnect } from './announce-disconnect.ts'
import { beginSession } from './begin-session.ts'
import type { Session } from './events.ts'
import { CLOSE, GatewayConnection } from './gateway-connection.ts'
import type { GatewayContext } from './gateway-context.ts'
import { answerMessage } from './message.ts'
import { Refusal } from './refusal.ts'

/** Milliseconds that a client has to respond to a close frame before its socket is cut. */
const CLOSE_ANSWER_MS = 1000

type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>

/**
 * Takes an upgrade request to an open socket: authorizer, `$connect`, handshake. Until all of this is done,
 * `@connections` responds 410 for the new id.
 */
export function createUpgrade(gateway: GatewayContext): Upgrade {
  const { limits, log } = gateway
  const subprotocols = new WeakMap<IncomingMessage, string>()
  const serverOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: (_offered: Set<string>, req: IncomingMessage) => subprotocols.get(req) ?? false,
    // Missing in @types/ws.
    closeTimeout: CLOSE_ANSWER_MS,
  }
  const server = new WebSocketServer(serverOptions)

  return async function upgrade(req, socket, head) {
    const onError = (error: Error) => log.info('a client went away during its upgrade', { error: error.message })
    socket.on('error', onError)
    try {
      const { session, subprotocol } = await beginSession(gateway, req)
      if (subprotocol !== undefined) subprotocols.set(req, subprotocol)
      let opened = false
      // Not called if the client has disconnected or its handshake is invalid: `ws` has already ended the socket.
      server.handleUpgrade(req, socket, head, (ws) => {
        opened = true
        open(gateway, ws, socket, session)
      })
      if (opened) socket.off('error', onError)
      else await announceDisconnect(gateway, session, CLOSE.abnormal)
    } catch (error) {
      if (!(error instanceof Refusal)) {
        socket.destroy()
        throw error
      }
      log.info(error.message, { status: error.status })
      respond(socket, error.status)
    }
  }
}

function open(gateway: GatewayContext, ws: WebSocket, socket: Duplex, session: Session): void {
  const { limits, log, connections, running } = gateway
  const connection: GatewayConnection = new GatewayConnection({
    ws,
    socket,
    session,
    limits,
    log,
    onMessage: (body) => running.track(answerMessage(gateway, connection, body)),
  })
  connections.set(session.connectionId, connection)
  running.track(follow(gateway, connection))
  if (gateway.closing.aborted) connection.close(CLOSE.serviceRestart)
}

async function follow(gateway: GatewayContext, connection: GatewayConnection): Promise<void> {
  const close = await connection.closed
  gateway.connections.delete(connection.session.connectionId)
  await announceDisconnect(gateway, connection.session, close)
}

/** Sends a plain HTTP response and ends the socket. */
function respond(socket: Duplex, status: number): void {
  const statusText = STATUS_CODES[status] ?? ''
  const body = JSON.stringify({ message: statusText })
  socket.once('finish', () => socket.destroy())
  socket.end(
    [
      `HTTP/1.1 ${status} ${statusText}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
