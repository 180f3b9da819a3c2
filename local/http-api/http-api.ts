import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Stack } from '../../terraform/stack.ts'
import type { Closable, Invoke, Log } from '../contracts.ts'
import { AWS_LIMITS } from '../gateway/gateway-limits.ts'
import type { Api } from '../gateway/events.ts'
import { newId } from '../gateway/ids.ts'
import { Integration, parseProxyResult } from '../gateway/integration.ts'
import { pathOf, readBody, sendJson } from '../http.ts'
import { Running } from '../running.ts'
import { createAuthorize } from './authorize.ts'
import { authorizerEvent, type Exchange, requestEvent } from './events.ts'

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024

export interface HttpApiOptions extends Api {
  stack: Pick<Stack, 'serverApi'>
  invoke: Invoke
  log: Log
  /** Default: the quota of AWS. */
  integrationTimeoutMs?: number | undefined
}

/** `close` resolves once no function runs any more. */
export interface HttpApi extends Closable {
  /** Handles requests to `/v1/…`. Returns false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

/**
 * Creates API Gateway's HTTP API, as far as the server API needs it: one route with one path parameter, a Lambda
 * authorizer with simple responses and a cache, and proxy integrations of payload format 2.0.
 *
 * Not emulated: IAM authorization, CORS, throttling, TLS, custom domains, and compressed bodies.
 */
export function createHttpApi(options: HttpApiOptions): HttpApi {
  const { stack, log, integrationTimeoutMs = AWS_LIMITS.integrationTimeoutMs } = options
  const { route, function: functionName } = stack.serverApi
  const [method, pattern = ''] = route.split(' ')
  const [prefix = '', parameter = ''] = pattern.split(/[{}]/)
  const running = new Running((error) => log.error('unable to answer a request; this is a bug', { error }))
  const integration = new Integration(options.invoke, integrationTimeoutMs, running, log)
  const authorize = createAuthorize(stack.serverApi, integration)

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const fail = (status: number, message: string) => sendJson(res, status, { message })
    const body = await readBody(req, MAX_BODY_BYTES)
    const value = pathOf(req).slice(prefix.length)
    if (req.method !== method || value === '' || value.includes('/')) return fail(404, 'Not Found')
    const exchange: Exchange = { req, requestId: newId(), route, parameters: { [parameter]: decoded(value) } }
    const authorization = await authorize(req.headers.authorization, authorizerEvent(options, exchange))
    if ('refused' in authorization) return fail(authorization.refused, authorization.message)
    if (body === undefined) return fail(413, 'Request Entity Too Large')
    const outcome = await integration.call(functionName, requestEvent(options, exchange, body, authorization.context))
    if (outcome.kind === 'timedOut') return fail(503, 'Service Unavailable')
    const result = outcome.kind === 'returned' ? parseProxyResult(outcome.value) : undefined
    if (result === undefined) return fail(500, 'Internal Server Error')
    const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)] as const)
    res.writeHead(result.statusCode, Object.fromEntries(headers))
    res.end(result.body ?? '')
  }

  return {
    handleRequest(req, res) {
      if (!pathOf(req).startsWith(prefix)) return false
      running.track(
        respond(req, res).catch((error: unknown) => {
          // The client disconnected while it was sending, or the response can't be written any more.
          res.destroy(error instanceof Error ? error : undefined)
        }),
      )
      return true
    },
    close: () => running.ended(),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
