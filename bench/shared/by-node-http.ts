import type { sendTo, SendRequest } from '../../src/aws/send-request.ts'
import { nodeHttp } from './node-http.ts'

/** Does the same as `sendTo` by `node:http` with a keep-alive agent, for comparison. */
export const byNodeHttp: typeof sendTo = ({ protocol, hostname, port }, maxSockets): SendRequest => {
  const { request, agent } = nodeHttp(protocol, maxSockets)

  return (path, headers, body, timeoutMs) =>
    new Promise((resolve, reject) => {
      const sent = request({ agent, hostname, port, path, headers, method: 'POST' })
      const timer = setTimeout(() => sent.destroy(new Error('unable to finish the request in time')), timeoutMs)
      const chunks: Buffer[] = []
      sent.on('response', (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        // Not before the request's `close`, because the socket must be free for the next request.
        sent.on('close', () => {
          clearTimeout(timer)
          resolve({ status: response.statusCode ?? 0, headers: {}, body: Buffer.concat(chunks).toString() })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
}
