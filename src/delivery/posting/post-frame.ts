import type { Credentials } from './sign-post.ts'

/** How a post ended. `gone` is final; the others mean that the recipient catches up with `sync`. */
export type PostOutcome = 'delivered' | 'gone' | 'throttled' | 'slow' | 'failed'

/**
 * Sends one frame to one connection, once. Rejects with an error that carries `$metadata.httpStatusCode`, or is named
 * `TimeoutError` when there was no answer within `timeoutMs`.
 */
export type PostFrame = (connectionId: string, frame: Uint8Array, timeoutMs: number) => Promise<void>

/** Who signs, and where. Both are asked for every post; the SDK's providers keep what they know and renew it in time. */
export interface Aws {
  credentials: () => Promise<Credentials>
  region: () => Promise<string>
}

/** Sockets to the gateway, and posts in flight. */
export const CONCURRENCY = 256
