import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import { type Aws, CONCURRENCY, type PostFrame } from './post-frame.ts'
import { encoded, PostSigner } from './sign-post.ts'

/** The gateway answered with a status other than 2xx. */
class PostRefused extends Error {
  override name = 'PostRefused'
  readonly $metadata: { httpStatusCode: number }

  constructor(httpStatusCode: number) {
    super(`unable to post; the gateway answered ${httpStatusCode}`)
    this.$metadata = { httpStatusCode }
  }
}

class PostTimedOut extends Error {
  override name = 'TimeoutError'

  constructor(timeoutMs: number) {
    super(`unable to post; no answer within ${timeoutMs} ms`)
  }
}

/**
 * Posts over kept-alive sockets of `node:http` and signs the requests itself: this costs a tenth of the SDK's client,
 * and there is nothing to load. A failed post has the same outcome as with the SDK, though its error has only the
 * status. Redirects are not followed.
 */
export function leanPost(endpoint: string, aws: Aws): PostFrame {
  const { protocol, host, hostname, port, pathname } = new URL(endpoint)
  const secure = protocol === 'https:'
  const request = secure ? httpsRequest : httpRequest
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: CONCURRENCY })
  const base = `${pathname.replace(/\/$/, '')}/@connections/`
  const signer = new PostSigner(host)

  return async (connectionId, frame, timeoutMs) => {
    const path = base + encoded(connectionId)
    const headers = signer.headers(path, frame, await aws.credentials(), await aws.region())
    await new Promise<void>((resolve, reject) => {
      const sent = request({ agent, hostname, port, path, headers, method: 'POST' })
      let status: number | undefined
      let failure: Error | undefined
      // For the whole attempt: the timeout of a socket starts anew with every byte.
      const timer = setTimeout(() => sent.destroy(new PostTimedOut(timeoutMs)), timeoutMs)
      sent.on('response', (response) => {
        status = response.statusCode!
        response.resume()
      })
      sent.on('error', (error) => {
        failure = error
      })
      // Not before `close`, because the socket must be free for the next post.
      sent.on('close', () => {
        clearTimeout(timer)
        if (status === undefined) reject(failure ?? new Error('unable to post; the socket was closed'))
        else if (status < 300) resolve()
        else reject(new PostRefused(status))
      })
      sent.end(frame)
    })
  }
}
