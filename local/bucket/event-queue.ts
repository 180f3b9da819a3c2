import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { S3Event } from 'aws-lambda'
import type { Invoke, Log } from '../contracts.ts'
import { Running } from '../running.ts'

/** An event for one function. */
interface QueuedEvent {
  functionName: string
  event: S3Event
}

/** An event whose function failed every attempt. Lambda would send it to the on-failure destination. */
export interface FailedEvent extends QueuedEvent {
  /** The last attempt's error. */
  error: string
  attempts: number
}

/**
 * Replaces an event of the queue by the events to send. Return the event twice to duplicate it. Wait before returning
 * it to delay it or to let a later event overtake it. An empty list loses it, which S3 never does.
 */
export type EventFault = (event: S3Event) => S3Event[] | Promise<S3Event[]>

interface EventQueueOptions {
  dir: string
  invoke: Invoke
  log: Log
  /** Milliseconds between the attempts. There is one attempt more than there are delays. */
  retryDelaysMs: readonly number[]
  onEvent: EventFault
}

/**
 * Invokes functions asynchronously, as S3 does. An event is kept in a file from before its object is visible until its
 * function has returned or failed all attempts. A stop or a crash may therefore repeat an event, but never loses one.
 */
export class EventQueue {
  readonly #options: EventQueueOptions
  readonly #queueDir: string
  readonly #failedDir: string
  readonly #pending = new Map<string, QueuedEvent>()
  readonly #failures: FailedEvent[]
  readonly #running = new Running()
  readonly #closing = new AbortController()
  #waiting: { resolve: () => void; reject: (reason: Error) => void }[] = []

  constructor(options: EventQueueOptions) {
    this.#options = options
    this.#queueDir = join(options.dir, 'events')
    this.#failedDir = join(options.dir, 'failed-events')
    for (const each of [this.#queueDir, this.#failedDir]) mkdirSync(each, { recursive: true })
    for (const [id, queued] of load<QueuedEvent>(this.#queueDir)) this.#pending.set(id, queued)
    this.#failures = load<FailedEvent>(this.#failedDir).map(([, failure]) => failure)
  }

  get failures(): readonly FailedEvent[] {
    return this.#failures
  }

  /** Sends the events that an earlier process left. */
  resume(): void {
    for (const id of this.#pending.keys()) this.start(id)
  }

  /** Stores an event and returns its id: `start` sends it, `forget` removes it. */
  record(queued: QueuedEvent): string {
    // The time comes first in the name, so that a restart reads the events in the order in which they happened.
    const id = `${queued.event.Records[0]?.s3.object.sequencer ?? ''}-${randomUUID()}`
    this.#save(this.#queueDir, id, queued)
    this.#pending.set(id, queued)
    return id
  }

  forget(id: string): void {
    rmSync(join(this.#queueDir, id), { force: true })
    this.#pending.delete(id)
    if (this.#pending.size === 0) for (const each of this.#waiting.splice(0)) each.resolve()
  }

  start(id: string): void {
    const queued = this.#pending.get(id)
    if (queued && !this.#closing.signal.aborted) this.#running.track(this.#deliver(id, queued))
  }

  /** Resolves when no event waits for its function any more. Rejects if the bucket is closed first. */
  async idle(): Promise<void> {
    if (this.#pending.size === 0) return
    if (this.#closing.signal.aborted) throw closed()
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** Waits for the running functions. Events that have not been delivered stay on disk. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running.ended()
    for (const each of this.#waiting.splice(0)) each.reject(closed())
  }

  async #deliver(id: string, queued: QueuedEvent): Promise<void> {
    try {
      const events = await this.#options.onEvent(queued.event)
      await Promise.all(events.map((event) => this.#attempt(id, { ...queued, event })))
      this.forget(id)
    } catch (error) {
      if (this.#closing.signal.aborted) return
      // The event is still on disk, and the next start sends it.
      this.#options.log.error('an event stays undelivered', { id, error: String(error) })
    }
  }

  async #attempt(id: string, queued: QueuedEvent): Promise<void> {
    const { invoke, log, retryDelaysMs } = this.#options
    for (let attempt = 1; ; attempt++) {
      this.#closing.signal.throwIfAborted()
      try {
        await invoke(queued.functionName, queued.event)
        return
      } catch (cause) {
        const error = cause instanceof Error ? cause.message : String(cause)
        log.warn('a function failed on an object event', { function: queued.functionName, attempt, error })
        const wait = retryDelaysMs[attempt - 1]
        if (wait === undefined) {
          const failure = { ...queued, error, attempts: attempt }
          this.#save(this.#failedDir, id, failure)
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
