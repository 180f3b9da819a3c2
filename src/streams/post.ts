import { setTimeout as sleep } from 'node:timers/promises'
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'

/** How a post ended. `gone` is final; the others mean that the recipient catches up with `sync`. */
export type Outcome = 'delivered' | 'gone' | 'throttled' | 'slow' | 'failed'

/** Sends one frame to one connection, once. Rejects with an error that carries `$metadata.httpStatusCode`. */
export type PostFrame = (connectionId: string, frame: Uint8Array) => Promise<void>

/** An attempt is given up after this: a healthy post takes a few milliseconds. */
const ATTEMPT_TIMEOUT_MS = 2_000
const ATTEMPTS = 4
const BASE_DELAY_MS = 50
/** Sockets to the gateway, and posts in flight. */
export const CONCURRENCY = 256

/**
 * Posts through the AWS SDK. The endpoint is configuration, never an event's domain name, which may be a custom domain:
 * `CONNECTIONS_ENDPOINT`, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. The SDK's own retries are off, for
 * one recipient's retries must fit the batch's budget.
 */
export function sdkPost(endpoint: string): PostFrame {
  const agent = { maxSockets: CONCURRENCY, keepAlive: true }
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler: {
      requestTimeout: ATTEMPT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: 1_000,
      socketAcquisitionWarningTimeout: 60_000,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
  return async (connectionId, frame) => {
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }))
  }
}

/**
 * By the status alone: without the error-type header, which not every gateway sends, the SDK's error has no name.
 * A timeout has no status.
 */
export function outcomeOf(error: unknown): Exclude<Outcome, 'delivered'> {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === 410 || name === 'GoneException') return 'gone'
  if (status === 429) return 'throttled'
  if (name === 'TimeoutError') return 'slow'
  return 'failed'
}

/** 413 and 403 stay what they are, however often one asks. */
function mayPass(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  return status === undefined || status === 429 || status >= 500
}

/**
 * Posts a frame with retries: 429, 5xx and broken sockets up to four times with full jitter, until `deadline`. A
 * recipient that lets an attempt time out is not asked again: it would hold its place against those who answer.
 */
export async function postWithRetry(
  post: PostFrame,
  connectionId: string,
  frame: Uint8Array,
  deadline: number,
): Promise<{ outcome: Outcome; error?: unknown }> {
  for (let attempt = 1; ; attempt++) {
    try {
      await post(connectionId, frame)
      return { outcome: 'delivered' }
    } catch (error) {
      const outcome = outcomeOf(error)
      const delay = Math.random() * BASE_DELAY_MS * 2 ** attempt
      if (outcome === 'slow' || !mayPass(error) || attempt === ATTEMPTS || Date.now() + delay > deadline) {
        return { outcome, error }
      }
      await sleep(delay)
    }
  }
}
