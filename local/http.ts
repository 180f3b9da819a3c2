import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { StartupError } from './contracts.ts'
import { isEverywhere } from './loopback.ts'

/** Sends a JSON body. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const json = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  res.end(json)
}

/** Sends `{"error":{"code","message"}}`. */
export function sendError(
  res: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(res, status, { error: { code, message } }, headers)
}

/** Reads the request's body as text. Returns undefined if it has more than `maxBytes`. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    // Reads on to the end: a client that is still sending would see a reset instead of the response.
    if (size <= maxBytes) chunks.push(chunk)
  }
  return size > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8')
}

/** Returns the request's path, without the query. */
export function pathOf(req: IncomingMessage): string {
  return (req.url ?? '/').split('?', 1)[0] ?? '/'
}

/**
 * Starts listening and resolves with the port.
 *
 * @param port 0 means any free port
 * @throws StartupError with the remedy, if the address can't be used
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    throw unableToListen(cause as NodeJS.ErrnoException, port, host)
  }
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

/**
 * Returns `http://HOST:PORT` as this machine reaches it. An address that stands for all interfaces becomes 127.0.0.1.
 */
export function originOf(host: string, port: number): string {
  if (isEverywhere(host)) return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function unableToListen(cause: NodeJS.ErrnoException, port: number, host: string): Error {
  const at = (reason: string) => new StartupError(`unable to listen on ${host}:${port}; ${reason}`, { cause })
  switch (cause.code) {
    case 'EADDRINUSE':
      return at(`the port is taken – choose another: PORT=${port === 8081 ? 8082 : 8081} npm start`)
    case 'EACCES':
      return at('the port needs more rights – choose one above 1023: PORT=8081 npm start')
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return at('this machine has no such address – leave HOST unset for 127.0.0.1')
    case undefined:
    default:
      return cause
  }
}
