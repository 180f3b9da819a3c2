import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import { StartupError, type Closable, type Log } from '../contracts.ts'
import { applyCors, preflight } from './cors.ts'
import type { Exchange } from './exchange.ts'
import { S3Error } from './s3-error.ts'
import { parseTarget } from './target.ts'

/** Milliseconds that requests under way have to end when the server closes. */
const CLOSE_GRACE_MS = 1000

interface Options {
  host: string
  port: number
  corsOrigins: readonly string[]
  log: Log
  operate: (exchange: Exchange) => Promise<void>
}

/**
 * S3's HTTP side: request ids, CORS, errors as XML.
 *
 * @throws StartupError when the port is taken
 */
export async function listen(options: Options): Promise<Closable & { endpoint: string }> {
  const handling = new Set<Promise<void>>()
  const server = createServer((req, res) => {
    const run = handle(options, req, res)
      .catch((error: unknown) => {
        options.log.error('a request could not be answered', { error: String(error) })
        res.destroy()
      })
      .finally(() => handling.delete(run))
    handling.add(run)
  })
  server.listen(options.port, options.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartupError(
      `unable to start the bucket; port ${options.port} is taken: end what listens there, or choose another port`,
      { cause: error },
    )
  }
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
      await closed
      clearTimeout(cut)
      await Promise.all(handling)
    },
  }
}

async function handle(options: Options, req: IncomingMessage, res: ServerResponse): Promise<void> {
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
      answerError(options, { req, res, requestId, method }, error)
    }
  }
  readToEnd(req)
  await finished(res).catch(() => options.log.info('a client left during its answer', { requestId, method }))
  for (const each of afterwards) each()
}

/**
 * What is left of a refused body has to be read, or the client can't get to the answer. `resume()` does nothing while
 * an iterator that was left early still listens for `readable`.
 */
function readToEnd(req: IncomingMessage): void {
  const read = (): void => {
    while (req.read() !== null);
  }
  req.on('readable', read)
  read()
}

function answerError(
  { log }: Options,
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
