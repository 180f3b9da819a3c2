import { headerOf, type Headers } from './header-of.ts'

/** The application's subprotocol. `$connect` returns it, and never the entry that carries the token. */
export const SUBPROTOCOL = 'tabletalk.v1'

const BEARER = 'bearer.'

/** The subprotocols that the client offers in `Sec-WebSocket-Protocol`, a comma-separated list (RFC 6455 §11.3.4). */
export function offeredProtocols(headers: Headers): string[] {
  return (headerOf(headers, 'sec-websocket-protocol') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** The token of the `bearer.<jwt>` entry; undefined without one. */
export function bearerOf(headers: Headers): string | undefined {
  return offeredProtocols(headers)
    .find((entry) => entry.startsWith(BEARER))
    ?.slice(BEARER.length)
}
