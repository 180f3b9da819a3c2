/** Messages between the host and a worker. Events and results are JSON text, so that no object is shared. */

/** One invocation. The worker replies `started` and then `result` or `error`, with the same id. */
export interface InvokeRequest {
  kind: 'invoke'
  id: string
  functionName: string
  /** File URL of the bundled entry. */
  file: string
  /** JSON text. */
  event: string
  timeoutMs: number
  memoryMb: number
}

/** Imports entries before their first invocation. The worker replies `result` (`null`) or `error`, with the same id. */
interface LoadRequest {
  kind: 'load'
  id: string
  /** File URLs of bundled entries. */
  files: string[]
}

export type WorkerRequest = InvokeRequest | LoadRequest

export type WorkerReply =
  | { kind: 'started'; id: string }
  /** `result` is JSON text. */
  | { kind: 'result'; id: string; result: string }
  /** With `init`, the module could not be loaded, and the worker can't be used any more. */
  | { kind: 'error'; id: string; errorType: string; errorMessage: string; trace?: string; init: boolean }
