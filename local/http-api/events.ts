import type { IncomingMessage } from 'node:http'
import { type Api, sourceIpOf } from '../gateway/events.ts'
import { pathOf } from '../http.ts'

/** One request, with what its events need. */
export interface Exchange {
  req: IncomingMessage
  requestId: string
  /** Such as `POST /v1/{action}`. */
  route: string
  parameters: Record<string, string>
}

/**
 * Returns the input of a Lambda authorizer, format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function authorizerEvent(api: Api, exchange: Exchange): object {
  const { req, route } = exchange
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/$default/${route.replace(' ', '')}`,
    identitySource: [req.headers.authorization],
    ...common(api, exchange),
  }
}

/**
 * Returns the input of a proxy integration, payload format 2.0. A body that isn't declared as text is Base64.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function requestEvent(api: Api, exchange: Exchange, body: string, lambda: Record<string, unknown>): object {
  const isText = /^(?:text\/|application\/(?:json|xml|javascript)\b)/.test(exchange.req.headers['content-type'] ?? '')
  const { requestContext, ...rest } = common(api, exchange)
  return {
    version: '2.0',
    ...rest,
    requestContext: { ...requestContext, authorizer: { lambda } },
    ...(body === '' ? {} : { body: isText ? body : Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== '' && !isText,
  }
}

function common(api: Api, { req, requestId, route, parameters }: Exchange) {
  const path = pathOf(req)
  const rawQueryString = req.url?.split('?')[1] ?? ''
  const headers = Object.entries(req.headers).map(([name, value]) => [name, [value].flat().join(',')])
  return {
    routeKey: route,
    rawPath: path,
    rawQueryString,
    headers: Object.fromEntries(headers) as Record<string, string>,
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      domainName: req.headers.host ?? '',
      domainPrefix: (req.headers.host ?? '').split('.')[0],
      http: {
        method: req.method,
        path,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp: sourceIpOf(req),
        userAgent: req.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: route,
      stage: '$default',
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    pathParameters: parameters,
  }
}
