/** The application protocol that `$connect` echoes; never the entry that carries the token. */
export const SUBPROTOCOL = 'tabletalk.v1'

const BEARER = 'bearer.'

type Headers = Record<string, string | undefined>

/** What the client offers in `Sec-WebSocket-Protocol`, a comma-separated list (RFC 6455 §11.3.4); case of the name varies. */
export function offeredProtocols(headers: Headers): string[] {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'sec-websocket-protocol')
  const offered = name === undefined ? undefined : headers[name]
  return (offered ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** The token of the `bearer.<jwt>` entry. */
export function bearerOf(headers: Headers): string | undefined {
  return offeredProtocols(headers)
    .find((entry) => entry.startsWith(BEARER))
    ?.slice(BEARER.length)
}
