import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'

/** No answer within the time of the attempt. */
class RequestTimedOut extends Error {
  override name = 'TimeoutError'
}

/** The socket broke within the answer. */
class AnswerCutOff extends Error {
  readonly code = 'ECONNRESET'

  constructor() {
    super('unable to read the answer; it is cut off')
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Empty when nobody keeps it. */
  body: string
  /** Why the body isn't whole, if it isn't. */
  cutOff?: Error
}

/**
 * Sends one POST, once. Redirects are not followed.
 *
 * @throws Error with the name `TimeoutError` when there was no status within `timeoutMs`; else the error of the socket
 */
export type SendRequest = (
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
  timeoutMs: number,
) => Promise<Answer>

/**
 * Returns a function that sends requests to one host over kept-alive sockets of `node:http`.
 *
 * @param maxSockets and so the number of requests at once; more of them wait
 * @param keepsBody whether anybody wants to know what was answered beside the status
 */
export function sendTo({ protocol, hostname, port }: URL, maxSockets: number, keepsBody: boolean): SendRequest {
  const secure = protocol === 'https:'
  const request = secure ? httpsRequest : httpRequest
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets })

  return (path, headers, body, timeoutMs) =>
    new Promise((resolve, reject) => {
      const sent = request({ agent, hostname, port, path, headers, method: 'POST' })
      let answer: IncomingMessage | undefined
      let failure: Error | undefined
      const fail = (error: Error) => {
        failure ??= error
      }
      const chunks: Buffer[] = []
      // For the whole attempt: the timeout of a socket starts anew with every byte.
      const timer = setTimeout(() => {
        fail(new RequestTimedOut(`unable to finish the request; no answer within ${timeoutMs} ms`))
        sent.destroy(failure)
      }, timeoutMs)
      sent.on('response', (response) => {
        answer = response
        response.on('error', fail)
        if (keepsBody) response.on('data', (chunk: Buffer) => chunks.push(chunk))
        else response.resume()
      })
      sent.on('error', fail)
      // Not before `close`, because the socket must be free for the next request.
      sent.on('close', () => {
        clearTimeout(timer)
        if (answer === undefined) return reject(failure ?? new Error('unable to send; the socket was closed'))
        const { statusCode: status = 0, headers, complete } = answer
        const read = chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString()
        resolve({ status, headers, body: read, ...(complete ? {} : { cutOff: failure ?? new AnswerCutOff() }) })
      })
      sent.end(body)
    })
}
