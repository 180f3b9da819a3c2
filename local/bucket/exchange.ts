import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StoringRequest } from './object-created-event.ts'
import type { Target } from './target.ts'

/** One request and its response. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  requestId: string
  method: string
  target: Target
  /** By lower-cased name. Repeated headers are joined with commas. */
  headers: Record<string, string>
  /** Called when the response has been sent or the client has disconnected. */
  afterwards: (() => void)[]
}

/** A request whose signature is valid. */
export interface VerifiedExchange extends Exchange {
  /** `x-amz-content-sha256`: a hash, `UNSIGNED-PAYLOAD` or one of the `STREAMING-` kinds. */
  payload: string
}

/** Returns what an event contains about the request that caused it. */
export const causeOf = ({ requestId, req, res }: Exchange, at: Date): StoringRequest => ({
  requestId,
  hostId: String(res.getHeader('x-amz-id-2')),
  sourceIp: req.socket.remoteAddress ?? '127.0.0.1',
  at,
})

export function respond(exchange: Exchange, status: number, body = '', contentType = 'application/xml'): void {
  if (body !== '') exchange.res.setHeader('content-type', contentType)
  if (status !== 204) exchange.res.setHeader('content-length', Buffer.byteLength(body))
  exchange.res.writeHead(status).end(body)
}
