import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../contracts.ts'
import type { Verified } from './authenticate.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import type { Notifier } from './notifier.ts'
import type { ObjectStore } from './object-store.ts'
import type { Signer } from './signature.ts'
import type { Target } from './target.ts'

/** What every operation works with. */
export interface BucketContext {
  name: string
  store: ObjectStore
  uploads: MultipartUploads
  notifier: Notifier
  signer: Signer
  now: () => Date
  log: Log
}

/** One request and its answer. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  requestId: string
  method: string
  target: Target
  /** Lower-cased names; repeated ones joined as HTTP does. */
  headers: Record<string, string>
  /** Done when the answer is out, or the client gone. */
  afterwards: (() => void)[]
}

export type VerifiedExchange = Exchange & { verified: Verified }

export function answer(exchange: Exchange, status: number, body = '', contentType = 'application/xml'): void {
  if (body !== '') exchange.res.setHeader('content-type', contentType)
  if (status !== 204) exchange.res.setHeader('content-length', Buffer.byteLength(body))
  exchange.res.writeHead(status).end(body)
}
