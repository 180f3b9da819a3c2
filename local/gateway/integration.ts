import { z } from 'zod'
import { FunctionError, type Invoke, type Log } from '../contracts.ts'
import type { Running } from '../running.ts'

export type InvokeResult =
  { kind: 'returned'; value: unknown } | { kind: 'threw'; error: unknown } | { kind: 'timedOut' }

/** Calls functions as API Gateway's proxy integration does: once, and without waiting longer than its timeout. */
export class Integration {
  constructor(
    private readonly invoke: Invoke,
    private readonly timeoutMs: number,
    private readonly running: Running,
    private readonly log: Log,
  ) {}

  /**
   * Calls a function. Never rejects; logs failures and timeouts. A function that exceeds the timeout still runs to its
   * end.
   */
  async call(functionName: string, event: object): Promise<InvokeResult> {
    const invocation = this.#invoke(functionName, event)
    this.running.track(invocation)
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<InvokeResult>((resolve) => {
      timer = setTimeout(() => resolve({ kind: 'timedOut' }), this.timeoutMs)
    })
    const outcome = await Promise.race([invocation, timeout])
    clearTimeout(timer)
    if (outcome.kind === 'timedOut') {
      this.log.warn('unable to wait for the function; the integration timeout passed', {
        functionName,
        timeoutMs: this.timeoutMs,
      })
    }
    return outcome
  }

  async #invoke(functionName: string, event: object): Promise<InvokeResult> {
    try {
      return { kind: 'returned', value: await this.invoke(functionName, event) }
    } catch (error) {
      // Not logged: an authorizer throws this to refuse with 401, and the upgrade logs the refusal.
      if (!isUnauthorized(error)) {
        this.log.error('unable to run the function; it failed', { functionName, ...describe(error) })
      }
      return { kind: 'threw', error }
    }
  }
}

/** Whether an authorizer failed with the one error that API Gateway turns into 401. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof FunctionError && error.errorMessage === 'Unauthorized'
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof FunctionError)) return { error }
  return { errorType: error.errorType, errorMessage: error.errorMessage, trace: error.trace }
}

const proxyResult = z.object({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  body: z.string().nullish(),
})

/** The value that a function behind a proxy integration must return. */
type ProxyResult = z.infer<typeof proxyResult>

/** Returns undefined for a value of another shape. API Gateway then responds as if the function had failed. */
export function parseProxyResult(value: unknown): ProxyResult | undefined {
  return proxyResult.safeParse(value).data
}
