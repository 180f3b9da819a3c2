/** What crosses between the host and a worker. Events and results are JSON text, so that nothing is shared or kept alive. */

/** One invocation; the worker answers with `started` and then with `result` or `error` of the same id. */
export interface InvokeRequest {
  kind: 'invoke'
  id: string
  functionName: string
  /** file URL of the bundled entry */
  file: string
  /** JSON text */
  event: string
  timeoutMs: number
  memoryMb: number
}

/** Import entries ahead of their first invocation; answered as an invocation without a result. */
export interface LoadRequest {
  kind: 'load'
  id: string
  /** file URLs of bundled entries */
  files: string[]
}

export type WorkerRequest = InvokeRequest | LoadRequest

export type WorkerReply =
  | { kind: 'started'; id: string }
  /** `result` is JSON text */
  | { kind: 'result'; id: string; result: string }
  /** `init`: the module could not be loaded, so the worker is of no use to its functions any more. */
  | { kind: 'error'; id: string; errorType: string; errorMessage: string; trace?: string; init: boolean }
