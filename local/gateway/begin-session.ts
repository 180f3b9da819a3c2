import type { IncomingMessage } from 'node:http'
import { authorizerEvent, connectEvent, handshakeOf, sourceIpOf, type Handshake, type Session } from './events.ts'
import type { GatewayContext } from './gateway-context.ts'
import { newId } from './ids.ts'
import { parseProxyResult } from './integration.ts'
import { readAuthorization } from './read-authorization.ts'
import { Refusal } from './refusal.ts'

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const MAX_URL_CHARS = 4096

interface Begun {
  session: Session
  /** The subprotocol that `$connect` chose from those that the client offered. */
  subprotocol: string | undefined
}

/**
 * Does everything before the handshake: checks the URL, and calls the authorizer and `$connect`.
 *
 * @throws Refusal
 */
export async function beginSession(gateway: GatewayContext, req: IncomingMessage): Promise<Begun> {
  refuseByUrl(gateway, req.url ?? '')
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
  const route = gateway.stack.routes.$connect
  if (route?.authorized) session.authorizer = await authorize(gateway, session, handshake)
  const subprotocol = route ? await runConnect(gateway, route.function, session, handshake) : undefined
  gateway.log.info('connected', { connectionId: session.connectionId })
  return { session, subprotocol }
}

function refuseByUrl({ api, closing, faults }: GatewayContext, url: string): void {
  if (closing.aborted) throw new Refusal(503, 'the gateway is closing')
  if (url.length > MAX_URL_CHARS) throw new Refusal(414, `the URL is longer than ${MAX_URL_CHARS} characters`)
  const path = url.split('?')[0]
  if (path !== `/${api.stage}` && path !== `/${api.stage}/`) throw new Refusal(403, 'there is no such stage')
  const fault = faults.onUpgrade?.()
  if (fault !== undefined) throw new Refusal(fault, 'a fault was asked for')
}

async function authorize({ api, stack, integration }: GatewayContext, session: Session, handshake: Handshake) {
  const startedAt = Date.now()
  const event = authorizerEvent(api, session, handshake)
  const outcome = await integration.call(stack.authorizer, event)
  const authorization = readAuthorization(outcome, event.methodArn, Date.now() - startedAt)
  if ('refused' in authorization) throw new Refusal(authorization.refused, `the authorizer: ${authorization.reason}`)
  return authorization.context
}

async function runConnect(
  { api, integration }: GatewayContext,
  functionName: string,
  session: Session,
  handshake: Handshake,
): Promise<string | undefined> {
  const outcome = await integration.call(functionName, connectEvent(api, session, handshake))
  if (outcome.kind === 'timedOut') throw new Refusal(504, '$connect timed out')
  if (outcome.kind === 'threw') throw new Refusal(502, '$connect failed')
  const result = parseProxyResult(outcome.value)
  if (!result) throw new Refusal(502, '$connect returned no proxy result')
  if (result.statusCode < 200 || result.statusCode > 299) throw new Refusal(result.statusCode, '$connect refused')
  const headers = Object.entries(result.headers ?? {})
  const subprotocol = headers.findLast(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1]
  return subprotocol === undefined ? undefined : String(subprotocol)
}
