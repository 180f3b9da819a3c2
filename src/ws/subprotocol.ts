import { headerOf, type Headers } from './header-of.ts'

/** The application's subprotocol. `$connect` returns it, and never the entry that contains the token. */
export const SUBPROTOCOL = 'tabletalk.v1'

const BEARER = 'bearer.'

/** Returns the subprotocols in the client's `Sec-WebSocket-Protocol`, a comma-separated list (RFC 6455 §11.3.4). */
export function offeredProtocols(headers: Headers): string[] {
  return (headerOf(headers, 'sec-websocket-protocol') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Returns the token in the entry `bearer.<jwt>`; undefined if there is none. */
export function bearerOf(headers: Headers): string | undefined {
  return offeredProtocols(headers)
    .find((entry) => entry.startsWith(BEARER))
    ?.slice(BEARER.length)
}
