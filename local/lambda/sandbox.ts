import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { FunctionError, type Closable, type Log } from '../contracts.ts'
import type { WorkerReply, WorkerRequest } from './worker-messages.ts'

/**
 * The limit for the time before the handler runs, in milliseconds. Lambda's is 10 s, but a busy laptop may need longer,
 * and would load everything again and again:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const INIT_TIMEOUT_MS = 120_000

/**
 * Largest result of an invocation, in bytes of JSON:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_RESULT_BYTES = 6_291_556

interface Pending {
  resolve: (result: unknown) => void
  reject: (error: FunctionError) => void
  timer: NodeJS.Timeout | undefined
  timeoutMs: number
}

/**
 * One worker thread with the functions of a group. Unlike an execution environment of Lambda, it runs several
 * invocations at a time. If one times out, the sandbox ends after the others have finished.
 */
export class Sandbox implements Closable {
  /** Settles when the thread has ended. */
  readonly ended: Promise<void>
  readonly #worker: Worker
  readonly #name: string
  readonly #initTimeoutMs: number
  readonly #log: Log
  readonly #pending = new Map<string, Pending>()
  #retired = false
  #fatal: Error | undefined

  constructor(options: {
    name: string
    script: URL
    environment: Record<string, string>
    initTimeoutMs: number
    log: Log
    onEnd: () => void
  }) {
    this.#name = options.name
    this.#initTimeoutMs = options.initTimeoutMs
    this.#log = options.log
    this.#worker = new Worker(options.script, {
      name: options.name,
      env: options.environment,
      // Replaces the parent's flags, whose loaders are not for bundled code.
      execArgv: ['--enable-source-maps'],
      stdout: true,
      stderr: true,
    })
    createInterface({ input: this.#worker.stdout }).on('line', (line) => this.#log.info(line, { source: this.#name }))
    createInterface({ input: this.#worker.stderr }).on('line', (line) => this.#log.warn(line, { source: this.#name }))
    this.#worker.on('message', (reply: WorkerReply) => this.#receive(reply))
    this.#worker.on('error', (error) => this.#fail(error))
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#end(code)
        options.onEnd()
        resolve()
      })
    })
  }

  /** False once the sandbox has crashed, timed out or been closed. The next invocation then needs a new sandbox. */
  get usable(): boolean {
    return !this.#retired
  }

  /**
   * Runs a request. `timeoutMs` counts from when the handler starts. Loading ahead of the first call has no limit,
   * because nobody waits for it.
   *
   * @throws FunctionError as `Invoke` does
   */
  run(request: WorkerRequest, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer =
        request.kind === 'load'
          ? undefined
          : setTimeout(() => this.#timeOut(request.id), this.#initTimeoutMs + timeoutMs)
      this.#pending.set(request.id, { resolve, reject, timer, timeoutMs })
      this.#worker.postMessage(request)
    })
  }

  /** Ends the thread at once, whatever it is doing. */
  async close(): Promise<void> {
    this.#retired = true
    await this.#worker.terminate()
    await this.ended
  }

  #receive(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id)
    // The invocation has already timed out.
    if (!pending) return
    switch (reply.kind) {
      case 'started':
        clearTimeout(pending.timer)
        pending.timer = setTimeout(() => this.#timeOut(reply.id), pending.timeoutMs)
        return
      case 'result':
        this.#settle(reply.id)
        if (Buffer.byteLength(reply.result) > MAX_RESULT_BYTES) pending.reject(resultTooLarge())
        else pending.resolve(JSON.parse(reply.result))
        return
      case 'error':
        if (reply.init) this.#retired = true
        this.#settle(reply.id)
        pending.reject(new FunctionError(reply.errorType, reply.errorMessage, reply.trace))
    }
  }

  #timeOut(id: string): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#retired = true
    this.#settle(id)
    const seconds = (pending.timeoutMs / 1000).toFixed(2)
    pending.reject(
      new FunctionError('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after ${seconds} seconds`),
    )
  }

  #settle(id: string): void {
    clearTimeout(this.#pending.get(id)?.timer)
    this.#pending.delete(id)
    if (!this.#retired || this.#pending.size > 0) return
    this.#worker.terminate().catch((error: unknown) => {
      this.#log.error('unable to end a worker', { source: this.#name, error: String(error) })
    })
  }

  #fail(error: Error): void {
    this.#fatal = error
    this.#log.error('a worker ended by an error that nobody handled', { source: this.#name, trace: error.stack })
  }

  #end(code: number): void {
    this.#retired = true
    const failed = [...this.#pending]
    this.#pending.clear()
    for (const [id, { reject, timer }] of failed) {
      clearTimeout(timer)
      reject(
        this.#fatal
          ? new FunctionError(this.#fatal.name, this.#fatal.message, this.#fatal.stack)
          : new FunctionError(
              'Runtime.ExitError',
              `RequestId: ${id} Error: Runtime exited with error: exit status ${code}`,
            ),
      )
    }
  }
}

function resultTooLarge(): FunctionError {
  return new FunctionError(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`,
  )
}
