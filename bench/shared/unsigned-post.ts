import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as secureRequest } from 'node:https'
import { CONCURRENCY } from '../../src/delivery/posting/post-frame.ts'

/**
 * The least work with which `node:http` can post: keep-alive sockets, no signature, rejects only when the request
 * fails.
 */
export function unsignedPost(endpoint: string) {
  const { protocol, hostname, port, pathname } = new URL(endpoint)
  const [kind, send] = protocol === 'https:' ? [TlsAgent, secureRequest] : [Agent, request]
  const agent = new kind({ keepAlive: true, maxSockets: CONCURRENCY })
  return (connectionId: string, frame: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(frame.length) }
      const sent = send({ agent, hostname, port, path, headers, method: 'POST' })
      sent.on('response', (response) => response.resume().on('end', resolve))
      sent.on('error', reject)
      sent.end(frame)
    })
}
