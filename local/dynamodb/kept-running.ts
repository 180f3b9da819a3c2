import { setTimeout as delay } from 'node:timers/promises'
import type { Log, StartupError } from '../contracts.ts'

/** A server process. */
export interface Server {
  pid: number
  /** Resolves with how the process ended, unless `stop` was called. */
  endedByItself: Promise<string>
  stop(): Promise<void>
}

interface Options<S extends Server> {
  name: string
  first: S
  /** Starts another server at the same address. */
  again: () => Promise<S>
  /**
   * Called with each new server. Undefined if a restart is of no use, because the data are lost with the old server.
   */
  onRestart: ((server: S) => Promise<void>) | undefined
  failure: (how: string) => StartupError
  log: Log
}

/** A server that ends more often than this within a minute is not started again. */
const MOST_RESTARTS = 5
const MINUTE_MS = 60_000
const ATTEMPTS = 3

/** Restarts a server whenever it has ended by itself. */
export class KeptRunning<S extends Server> {
  readonly failed: Promise<StartupError>
  readonly #options: Options<S>
  readonly #restarts: number[] = []
  #server: S
  #isUp: Promise<void> = Promise.resolve()
  #closing = false
  #starting: Promise<unknown> = Promise.resolve()

  constructor(options: Options<S>) {
    this.#options = options
    this.#server = options.first
    this.failed = this.#watch()
  }

  get pid(): number {
    return this.#server.pid
  }

  /** Resolves at once while the server runs, or when it runs again. */
  up(): Promise<void> {
    return this.#isUp
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#starting
    await this.#server.stop()
  }

  /** Resolves when the server will not be started again. */
  async #watch(): Promise<StartupError> {
    const { name, onRestart, failure, log } = this.#options
    for (;;) {
      const how = await this.#server.endedByItself
      const now = performance.now()
      this.#restarts.push(now)
      const recent = this.#restarts.filter((at) => at > now - MINUTE_MS).length
      if (onRestart === undefined || this.#closing || recent > MOST_RESTARTS) return failure(how)
      log.warn(`${name} ended by itself; starting it again`, { how })
      const restarted = this.#restart(onRestart)
      this.#starting = restarted
      // If the server never comes back, whoever waits for it fails by their own time limits.
      this.#isUp = restarted.then((server) => (server === undefined ? new Promise<never>(() => {}) : undefined))
      if ((await restarted) === undefined) return failure(how)
    }
  }

  async #restart(onRestart: (server: S) => Promise<void>): Promise<S | undefined> {
    const { name, again, log } = this.#options
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#closing; attempt++) {
      try {
        this.#server = await again()
        await onRestart(this.#server)
        log.warn(`${name} runs again`)
        return this.#server
      } catch (error) {
        log.error(`unable to start ${name} again`, { attempt, error: String(error) })
        await delay(500)
      }
    }
    return undefined
  }
}
