import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import type { Closable, Log } from '../contracts.ts'
import { listen, originOf } from '../http.ts'
import { reachableAt } from '../loopback.ts'
import { Running } from '../running.ts'
import { applyCors, preflight } from './cors.ts'
import type { Exchange } from './exchange.ts'
import { S3Error } from './s3-error.ts'
import { parseTarget } from './target.ts'

/** Milliseconds that running requests have to finish when the server closes. */
const CLOSE_GRACE_MS = 1000

interface HttpServerOptions {
  host: string
  port: number
  corsOrigins: readonly string[]
  log: Log
  operate: (exchange: Exchange) => Promise<void>
}

/**
 * Starts the HTTP side of S3: request ids, CORS, errors as XML.
 *
 * @throws StartupError if the port is taken
 */
export async function startHttpServer(options: HttpServerOptions): Promise<Closable & { endpoint: string }> {
  const handling = new Running()
  const server = createServer((req, res) => handling.track(handle(options, req, res)))
  const port = await listen(server, options.port, options.host)
  return {
    endpoint: originOf(reachableAt(options.host), port),
    async close() {
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
      await closed
      clearTimeout(cut)
      await handling.ended()
    },
  }
}

async function handle(options: HttpServerOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    await respond(options, req, res)
  } catch (error) {
    options.log.error('a request could not be answered', { error: String(error) })
    res.destroy()
  }
}

async function respond(options: HttpServerOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase()
  res.setHeader('x-amz-request-id', requestId)
  res.setHeader('x-amz-id-2', randomBytes(48).toString('base64'))
  res.setHeader('server', 'AmazonS3')
  const method = req.method ?? ''
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  const afterwards: (() => void)[] = []
  try {
    if (method === 'OPTIONS') {
      preflight({ res, headers }, options.corsOrigins)
    } else {
      applyCors({ res, headers }, method, options.corsOrigins)
      const target = parseTarget(req.url ?? '')
      await options.operate({ req, res, requestId, method, target, headers, afterwards })
    }
  } catch (error) {
    if (req.errored || res.destroyed) {
      options.log.info('a client left before its answer', { requestId, method })
    } else {
      respondWithError(options, { req, res, requestId, method }, error)
    }
  }
  readToEnd(req)
  await finished(res).catch(() => options.log.info('a client left during its answer', { requestId, method }))
  for (const each of afterwards) each()
}

/**
 * Reads the rest of a refused body. A client that is still sending would otherwise never see the response. `resume()`
 * has no effect while an iterator that was left early still listens for `readable`.
 */
function readToEnd(req: IncomingMessage): void {
  const read = (): void => {
    while (req.read() !== null);
  }
  req.on('readable', read)
  read()
}

function respondWithError(
  { log }: HttpServerOptions,
  { req, res, requestId, method }: Pick<Exchange, 'req' | 'res' | 'requestId' | 'method'>,
  thrown: unknown,
): void {
  const error = thrown instanceof S3Error ? thrown : internal(thrown)
  if (error.code === 'InternalError') {
    log.error('the bucket failed', {
      requestId,
      method,
      error: thrown instanceof Error ? thrown.stack : String(thrown),
    })
  } else {
    log.info('refused', { requestId, method, code: error.code, reason: error.message })
  }
  if (res.headersSent) {
    res.destroy()
    return
  }
  for (const name of res.getHeaderNames()) if (name.startsWith('content-')) res.removeHeader(name)
  const bodiless = method === 'HEAD' || error.status === 304
  const body = error.toXml((req.url ?? '').split('?', 1).join(''), requestId)
  if (!bodiless) res.setHeader('content-type', 'application/xml').setHeader('content-length', Buffer.byteLength(body))
  res.writeHead(error.status).end(bodiless ? undefined : body)
}

function internal(cause: unknown): S3Error {
  return new S3Error('InternalError', 'We encountered an internal error. Please try again.', { cause })
}
