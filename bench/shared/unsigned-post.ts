import { CONCURRENCY } from '../../src/delivery/posting/post-frame.ts'
import { nodeHttp } from './node-http.ts'

/**
 * Posts with the least work that `node:http` allows: keep-alive sockets, no signature, a rejection only if the request
 * fails.
 */
export function unsignedPost(endpoint: string) {
  const { protocol, hostname, port, pathname } = new URL(endpoint)
  const { request, agent } = nodeHttp(protocol, CONCURRENCY)
  return (connectionId: string, frame: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(frame.length) }
      const sent = request({ agent, hostname, port, path, headers, method: 'POST' })
      sent.on('response', (response) => response.resume().on('end', resolve))
      sent.on('error', reject)
      sent.end(frame)
    })
}
