import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { S3Event } from 'aws-lambda'
import type { Invoke, Log } from '../contracts.ts'

/** An event for one function. */
export interface Delivery {
  functionName: string
  event: S3Event
}

/** An event whose function failed every attempt: what Lambda would send to the on-failure destination. */
export interface FailedDelivery extends Delivery {
  /** The last attempt's error. */
  error: string
  attempts: number
}

/**
 * Stands in for what happens to an event of the queue: give it back twice to duplicate it, await something to delay
 * it or to let a later one pass. An empty list loses it, which S3 never does.
 */
export type EventFault = (event: S3Event) => S3Event[] | Promise<S3Event[]>

interface Options {
  dir: string
  invoke: Invoke
  log: Log
  /** Waits between the attempts; there is one attempt more than waits. */
  retryDelaysMs: readonly number[]
  onEvent: EventFault
}

/**
 * S3's asynchronous invocations: an event is a file from before its object is visible until its function has returned
 * or failed all attempts, so a stop or a crash repeats an event and never loses one.
 */
export class Deliveries {
  readonly #options: Options
  readonly #queue: string
  readonly #failed: string
  readonly #pending = new Map<string, Delivery>()
  readonly #failures: FailedDelivery[]
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #waiting: { resolve: () => void; reject: (reason: Error) => void }[] = []

  constructor(options: Options) {
    this.#options = options
    this.#queue = join(options.dir, 'events')
    this.#failed = join(options.dir, 'failed-events')
    for (const each of [this.#queue, this.#failed]) mkdirSync(each, { recursive: true })
    for (const [id, delivery] of load<Delivery>(this.#queue)) this.#pending.set(id, delivery)
    this.#failures = load<FailedDelivery>(this.#failed).map(([, failure]) => failure)
  }

  get failures(): readonly FailedDelivery[] {
    return this.#failures
  }

  /** Delivers what an earlier process left. */
  resume(): void {
    for (const id of this.#pending.keys()) this.start(id)
  }

  /** Keeps an event; `start` sends it, `forget` takes it back. */
  record(delivery: Delivery): string {
    // The time leads the name, so that a restart takes them up in the order in which they happened.
    const id = `${delivery.event.Records[0]?.s3.object.sequencer ?? ''}-${randomUUID()}`
    this.#save(this.#queue, id, delivery)
    this.#pending.set(id, delivery)
    return id
  }

  forget(id: string): void {
    rmSync(join(this.#queue, id), { force: true })
    this.#pending.delete(id)
    if (this.#pending.size === 0) for (const each of this.#waiting.splice(0)) each.resolve()
  }

  start(id: string): void {
    const delivery = this.#pending.get(id)
    if (!delivery || this.#closing.signal.aborted) return
    const run = this.#deliver(id, delivery)
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return
        // It is still on disk: the next start takes it up.
        this.#options.log.error('an event stays undelivered', { id, error: String(error) })
      })
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  /** Resolves when no event waits for its function any more. Rejects when the bucket is closed before. */
  async idle(): Promise<void> {
    if (this.#pending.size === 0) return
    if (this.#closing.signal.aborted) throw closed()
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** Waits for the functions that run; what has not been delivered stays on disk. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#running)
    for (const each of this.#waiting.splice(0)) each.reject(closed())
  }

  async #deliver(id: string, delivery: Delivery): Promise<void> {
    const events = await this.#options.onEvent(delivery.event)
    await Promise.all(events.map((event) => this.#attempt(id, { ...delivery, event })))
    this.forget(id)
  }

  async #attempt(id: string, delivery: Delivery): Promise<void> {
    const { invoke, log, retryDelaysMs } = this.#options
    for (let attempt = 1; ; attempt++) {
      this.#closing.signal.throwIfAborted()
      try {
        await invoke(delivery.functionName, delivery.event)
        return
      } catch (cause) {
        const error = cause instanceof Error ? cause.message : String(cause)
        log.warn('a function failed on an object event', { function: delivery.functionName, attempt, error })
        const wait = retryDelaysMs[attempt - 1]
        if (wait === undefined) {
          const failure = { ...delivery, error, attempts: attempt }
          this.#save(this.#failed, id, failure)
          this.#failures.push(failure)
          return
        }
        await delay(wait, undefined, { signal: this.#closing.signal })
      }
    }
  }

  #save(dir: string, id: string, value: object): void {
    const draft = join(dir, `.${id}`)
    writeFileSync(draft, JSON.stringify(value))
    renameSync(draft, join(dir, id))
  }
}

function load<T>(dir: string): [string, T][] {
  return readdirSync(dir)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(dir, name), 'utf8')) as T])
}

function closed(): Error {
  return new Error('unable to deliver every event; the bucket was closed')
}
