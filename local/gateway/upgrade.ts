import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { readAuthorization } from './read-authorization.ts'
import { CLOSE, GatewayConnection } from './gateway-connection.ts'
import type { GatewayContext } from './gateway-context.ts'
import { announceDisconnect } from './announce-disconnect.ts'
import { authorizerEvent, connectEvent, handshakeOf, sourceIpOf, type Handshake, type Session } from './events.ts'
import { newId } from './ids.ts'
import { parseProxyResult } from './integration.ts'
import { answerMessage } from './message.ts'

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const MAX_URL_CHARS = 4096

/** Milliseconds that a client has to respond to a close frame before its socket is cut. */
const CLOSE_ANSWER_MS = 1000

/** An upgrade that is refused with an HTTP status. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(`unable to upgrade; ${reason}`)
  }
}

type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>

/**
 * From the upgrade request to the open socket: authorizer, `$connect`, handshake. Until the end of it, `@connections`
 * responds 410 for the new id.
 */
export function createUpgrade(gateway: GatewayContext): Upgrade {
  const { api, stack, limits, log } = gateway
  const subprotocols = new WeakMap<IncomingMessage, string>()
  const serverOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: (_offered: Set<string>, req: IncomingMessage) => subprotocols.get(req) ?? false,
    // Not yet in @types/ws.
    closeTimeout: CLOSE_ANSWER_MS,
  }
  const server = new WebSocketServer(serverOptions)

  return async function upgrade(req, socket, head) {
    const onError = (error: Error) => log.info('a client went away during its upgrade', { error: error.message })
    socket.on('error', onError)
    try {
      const session = await connect(req)
      const opened = open(req, socket, head, session)
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

  /** @throws Refusal */
  async function connect(req: IncomingMessage): Promise<Session> {
    const url = req.url ?? ''
    if (gateway.closing.aborted) throw new Refusal(503, 'the gateway is closing')
    if (url.length > MAX_URL_CHARS) throw new Refusal(414, `the URL is longer than ${MAX_URL_CHARS} characters`)
    const path = url.split('?')[0]
    if (path !== `/${api.stage}` && path !== `/${api.stage}/`) throw new Refusal(403, 'there is no such stage')
    const fault = gateway.faults.onUpgrade?.()
    if (fault !== undefined) throw new Refusal(fault, 'a fault was asked for')

    const connectedAt = Date.now()
    const handshake = handshakeOf(req, newId(), connectedAt)
    const session: Session = {
      connectionId: newId(),
      connectedAt,
      domainName: req.headers.host ?? '',
      sourceIp: sourceIpOf(req),
      userAgent: req.headers['user-agent'],
      authorizer: undefined,
    }
    const route = stack.routes.$connect
    if (route?.authorized) await authorize(session, handshake)
    if (route) await runConnect(route.function, req, session, handshake)
    log.info('connected', { connectionId: session.connectionId })
    return session
  }

  async function authorize(session: Session, handshake: Handshake): Promise<void> {
    const startedAt = Date.now()
    const event = authorizerEvent(api, session, handshake)
    const outcome = await gateway.integration.call(stack.authorizer, event)
    const authorization = readAuthorization(outcome, event.methodArn, Date.now() - startedAt)
    if ('refused' in authorization) throw new Refusal(authorization.refused, `the authorizer: ${authorization.reason}`)
    session.authorizer = authorization.context
  }

  async function runConnect(functionName: string, req: IncomingMessage, session: Session, handshake: Handshake) {
    const outcome = await gateway.integration.call(functionName, connectEvent(api, session, handshake))
    if (outcome.kind === 'timedOut') throw new Refusal(504, '$connect timed out')
    if (outcome.kind === 'threw') throw new Refusal(502, '$connect failed')
    const result = parseProxyResult(outcome.value)
    if (!result) throw new Refusal(502, '$connect returned no proxy result')
    if (result.statusCode < 200 || result.statusCode > 299) throw new Refusal(result.statusCode, '$connect refused')
    for (const [name, value] of Object.entries(result.headers ?? {})) {
      if (name.toLowerCase() === 'sec-websocket-protocol') subprotocols.set(req, String(value))
    }
  }

  /** Returns false when the client has disconnected or its handshake is invalid. `ws` has ended the socket then. */
  function open(req: IncomingMessage, socket: Duplex, head: Buffer, session: Session): boolean {
    let opened = false
    server.handleUpgrade(req, socket, head, (ws) => {
      opened = true
      const connection: GatewayConnection = new GatewayConnection({
        ws,
        socket,
        session,
        limits,
        log,
        onMessage: (body) => gateway.running.track(answerMessage(gateway, connection, body)),
      })
      gateway.connections.set(session.connectionId, connection)
      gateway.running.track(follow(connection))
      if (gateway.closing.aborted) connection.close(CLOSE.serviceRestart)
    })
    return opened
  }

  async function follow(connection: GatewayConnection): Promise<void> {
    const close = await connection.closed
    gateway.connections.delete(connection.session.connectionId)
    await announceDisconnect(gateway, connection.session, close)
  }
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
