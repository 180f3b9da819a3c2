import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { sendError, pathOf } from './http.ts'
import { isDeveloperOrigin, isLoopback, isOwnHost } from './loopback.ts'

/** Paths that hand out tokens, keys or the environment. */
const DEVELOPMENT = /^\/(?:dev\/|\.well-known\/)/
const CONNECTIONS = /^\/[^/]+\/(?:@|%40)connections(?:\/|$)/i
/** Paths that only programs on this machine need. */
const isForOwnMachine = (path: string): boolean => path === '/dev/environment' || CONNECTIONS.test(path)

/** Why a request must be refused. */
export interface Refusal {
  status: 403 | 421
  reason: string
}

/**
 * Returns why a request must be refused, or undefined if it may be served. Keeps other machines, and web pages that the
 * developer visits, from what only the developer may do here. Programs other than browsers send neither Origin nor
 * Sec-Fetch-Site, and those checks let them pass.
 */
export function refusalOf(req: IncomingMessage, host: string): Refusal | undefined {
  const { headers, socket } = req
  const path = pathOf(req)
  if (!isOwnHost(headers.host, host)) {
    return { status: 421, reason: 'this server has another name: use localhost, or set HOST to the name' }
  }
  if (isForOwnMachine(path) && !isOfOwnMachine(socket)) {
    return { status: 403, reason: 'only programs on the same machine may use this' }
  }
  if (CONNECTIONS.test(path) && isOfBrowser(req)) return { status: 403, reason: 'this is not for web pages' }
  if ((DEVELOPMENT.test(path) || headers.upgrade !== undefined) && !isOfOwnPage(req)) {
    return { status: 403, reason: 'this is for pages of this server, and of others on localhost' }
  }
  return undefined
}

/**
 * Whether the request comes from this machine. If a machine connects to one of its own addresses, both ends have that
 * address.
 */
const isOfOwnMachine = ({
  remoteAddress = '',
  localAddress,
}: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean =>
  isLoopback(remoteAddress) || remoteAddress === localAddress

/**
 * Lets pages of the developer's other servers read tokens and keys. Returns true if it has responded to a preflight.
 */
export function applyDevelopmentCors(req: IncomingMessage, res: ServerResponse): boolean {
  const { origin } = req.headers
  if (origin === undefined || !DEVELOPMENT.test(pathOf(req))) return false
  res.setHeader('access-control-allow-origin', origin)
  res.setHeader('vary', 'Origin')
  if (req.method !== 'OPTIONS') return false
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': req.headers['access-control-request-headers'] ?? 'content-type',
    'access-control-max-age': '600',
  })
  res.end()
  return true
}

export const refuse = (res: ServerResponse, { status, reason }: Refusal): void =>
  sendError(res, status, 'forbidden', `unable to answer; ${reason}`)

// `sec-fetch-mode` would not tell them apart, because the `fetch` of Node sends it too.
const isOfBrowser = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined

function isOfOwnPage({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers
  if (origin === undefined) return headers['sec-fetch-site'] !== 'cross-site'
  return origin === `http://${host ?? ''}` || isDeveloperOrigin(origin)
}
