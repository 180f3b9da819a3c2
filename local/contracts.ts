/** The interfaces between the parts of the local runtime. Each part stands alone and is tested alone. */

/**
 * Runs one function of `terraform/stack.json`, as Lambda's Invoke with `RequestResponse` does, and returns what its
 * handler returned (a JSON value).
 *
 * @throws FunctionError when the handler threw, the process died or the function's timeout passed
 */
export type Invoke = (functionName: string, event: object) => Promise<unknown>

/** `FunctionError` of Lambda's Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
  constructor(
    /** The thrown error's name; `Runtime.ExitError` for a process that died, `Sandbox.Timedout` for a timeout. */
    readonly errorType: string,
    /** The thrown error's message, e.g. `Unauthorized` for an authorizer that refuses. */
    readonly errorMessage: string,
    /** The thrown error's stack, for the local log only. */
    readonly trace?: string,
  ) {
    super(`${errorType}: ${errorMessage}`)
  }
}

/**
 * An error that the developer can fix, such as no Java or a taken port: one sentence with the remedy, shown without a
 * stack.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}

/** Something that was started and must be stopped. `close` resolves when no part of it runs any more. */
export interface Closable {
  close(): Promise<void>
}

/** The local runtime's log: one line per event, and never message texts, tokens or signed URLs. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}
