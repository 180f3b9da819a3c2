import { type ChildProcess, fork, type ForkOptions } from 'node:child_process'
import { once } from 'node:events'

/** Functions of one process that another may call by name, over Node's IPC channel. */
export type Calls = Record<string, (argument: never) => Promise<unknown>>

type Answer = { id: number; value: unknown } | { id: number; error: string }

interface Call {
  id: number
  name: string
  argument: unknown
}

/** Handles the parent's calls, several at a time if need be. The process exits when the parent disconnects or dies. */
export function answerCalls(calls: Calls): void {
  process.once('disconnect', () => process.exit())
  process.on('message', ({ id, name, argument }: Call) => {
    const call = calls[name] as ((argument: unknown) => Promise<unknown>) | undefined
    const answered = call ? call(argument) : Promise.reject(new Error(`unable to call ${name}; there is no such call`))
    answered.then(
      (value) => process.send?.({ id, value } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
    )
  })
}

/** A child process that handles the calls `C`. It ends with this process. */
export class Child<C extends Calls> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #calls = 0

  constructor(script: URL, options: ForkOptions = {}) {
    this.#process = fork(script, options)
    this.#process.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer.value)
    })
    this.#process.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process ended with ${String(code)}`))
    })
  }

  get pid(): number {
    return this.#process.pid!
  }

  call<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>> {
    const id = ++this.#calls
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
    this.#process.send({ id, name, argument: args[0] } satisfies Call)
    return answered as Promise<Awaited<ReturnType<C[N]>>>
  }

  /** Ends the process at once. Pending calls are rejected. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Lets the process exit. Resolves when it has exited. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.disconnect()
    await exited
  }
}
