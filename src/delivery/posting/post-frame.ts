/**
 * The outcome of a post. `gone` is final. After `throttled`, `slow` and `failed` the recipient catches up with `sync`.
 */
export type PostOutcome = 'delivered' | 'gone' | 'throttled' | 'slow' | 'failed'

/**
 * Posts one frame to one connection, once. Rejects with an error that has the `$metadata.httpStatusCode` of the
 * response, or the name `TimeoutError` if there was no response within `timeoutMs`.
 */
export type PostFrame = (connectionId: string, frame: Uint8Array, timeoutMs: number) => Promise<void>

/** Closes one connection, once. Rejects as a `PostFrame` does; with 410 if the connection is already gone. */
export type CloseConnection = (connectionId: string, timeoutMs: number) => Promise<void>

/** The number of sockets to the gateway, and of posts in flight. */
export const CONCURRENCY = 256
