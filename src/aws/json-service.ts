import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry'
import type { Aws } from './credentials.ts'
import { RequestSigner } from './request-signer.ts'
import type { Answer } from './http-answer.ts'
import { sendTo } from './send-request.ts'

/** The time that AWS accepts in a signature is 5 minutes off at most. As the SDK, we correct the clock before that. */
const MAX_SKEW_MS = 240_000

/** A service's refusal. Its name is the service's, and it has what came along: `Item`, `CancellationReasons`. */
class ServiceError extends Error {
  readonly $metadata: { httpStatusCode: number; attempts?: number; clockSkewCorrected?: true }
  /** Not before this, says the answer. */
  readonly retryAfter?: Date

  constructor(what: string, { status, body, headers }: Answer) {
    const { __type, message, Message, ...rest } = fieldsOf(body)
    super(message ?? Message ?? `unable to ask ${what}; it answered ${status}`)
    const type = __type ?? String(headers['x-amzn-errortype'] ?? 'UnknownError')
    this.name = type.replace(/^.*#/, '').replace(/:.*$/, '')
    this.$metadata = { httpStatusCode: status }
    Object.assign(this, rest)
    const waitMs = Number(headers['x-amz-retry-after'])
    if (waitMs > 0) this.retryAfter = new Date(Date.now() + waitMs)
  }
}

/** What stands between us and the service answers with HTML, or with nothing. */
function fieldsOf(body: string): { __type?: string; message?: string; Message?: string } {
  try {
    return JSON.parse(body) as { __type?: string; message?: string; Message?: string }
  } catch {
    return {}
  }
}

/** A service that speaks one of AWS's JSON protocols, and how it is asked. */
export interface JsonService {
  /** For error messages: `the table`. */
  what: string
  /** As it is signed for: `dynamodb`. */
  service: string
  /** Before the operation: `DynamoDB_20120810`. */
  target: string
  jsonVersion: '1.0' | '1.1'
  endpoint: string
  aws: Aws
  /** Milliseconds of one attempt. */
  timeoutMs: number
  maxAttempts: number
  maxSockets: number
  /** Milliseconds: the first wait before another attempt is random, up to this. */
  baseDelayMs: number
}

/** Asks for one operation. @throws Error with the service's name for it, after the last attempt */
export type AskService = (operation: string, input: object) => Promise<object>

/**
 * Asks a service over kept-alive sockets, with requests that are signed here and bodies that are JSON:
 * what the SDK's client does for few kinds of requests, at a fifth of its CPU time. When an attempt is repeated, and
 * after which wait, decides the SDK's own strategy. One table of tests holds both to the same:
 * `tests/entities/table-clients.test.ts`.
 *
 * A clock that is wrong by four minutes is corrected by the `Date` of the answers, as the SDK does.
 */
export function jsonService(options: JsonService): AskService {
  const { what, aws, timeoutMs } = options
  const url = new URL(options.endpoint)
  const send = sendTo(url, options.maxSockets, true)
  const signer = new RequestSigner(options.service, url.host, `application/x-amz-json-${options.jsonVersion}`)
  const strategy = new StandardRetryStrategy({ maxAttempts: options.maxAttempts, baseDelay: options.baseDelayMs })
  /** Milliseconds that AWS's clock is ahead of ours. */
  let skew = 0

  /** Returns whether the clock was corrected. */
  function noteTime({ headers }: Answer): boolean {
    const ahead = Date.parse(headers.date ?? '') - Date.now()
    const isWrong = headers.age === undefined && Math.abs(ahead - skew) >= MAX_SKEW_MS
    if (isWrong) skew = Math.abs(ahead) >= MAX_SKEW_MS ? ahead : 0
    return isWrong
  }

  async function attempt(target: string, body: string): Promise<object> {
    const [credentials, region] = [await aws.credentials(), await aws.region()]
    const headers = signer.headers({ path: '/', body, target, now: Date.now() + skew }, credentials, region)
    const answer = await send('/', headers, body, timeoutMs)
    const isCorrected = noteTime(answer)
    if (answer.cutOff !== undefined) throw answer.cutOff
    if (answer.status < 300) return JSON.parse(answer.body) as object
    const error = new ServiceError(what, answer)
    if (isCorrected) error.$metadata.clockSkewCorrected = true
    throw error
  }

  return async (operation, input) => {
    const target = `${options.target}.${operation}`
    const body = JSON.stringify(input)
    let token = await strategy.acquireInitialRetryToken('')
    for (let attempts = 1; ; attempts++) {
      try {
        const output = await attempt(target, body)
        strategy.recordSuccess(token)
        return output
      } catch (thrown) {
        const error = named(thrown)
        const info = { error, errorType: typeOf(error), retryAfterHint: error.retryAfter } as RetryErrorInfo
        // It waits before it gives another token, and refuses one when there are to be no more attempts.
        const next = await strategy.refreshRetryTokenForRetry(token, info).catch(() => undefined)
        if (next === undefined) throw Object.assign(error, { $metadata: { ...error.$metadata, attempts } })
        token = next
      }
    }
  }
}

type RetryErrorInfo = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[1]

type Failure = Error & { code?: string; $metadata?: object; retryAfter?: Date }

const BROKEN_SOCKET = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT']

/** The SDK gives a broken socket the name of a timeout. */
function named(thrown: unknown): Failure {
  const error = thrown as Failure
  return BROKEN_SOCKET.includes(error.code ?? '') ? Object.assign(error, { name: 'TimeoutError' }) : error
}

function typeOf(error: Failure): 'THROTTLING' | 'TRANSIENT' | 'CLIENT_ERROR' {
  const failure = error as Parameters<typeof isThrottlingError>[0]
  if (isThrottlingError(failure)) return 'THROTTLING'
  return isTransientError(failure) ? 'TRANSIENT' : 'CLIENT_ERROR'
}

/** Where a service is in a Region. @param name as in its host: `dynamodb` */
export const endpointIn = (name: string, region: string): string =>
  `https://${name}.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`
