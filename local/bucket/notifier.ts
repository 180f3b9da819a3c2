import type { EventQueue } from './event-queue.ts'
import type { EventName, EventSource, StoringRequest } from './object-created-event.ts'
import type { StoredObject } from './object-store.ts'

/** A notification of the bucket, as configured. */
export interface Notification {
  functionName: string
  /**
   * `s3:ObjectCreated:*`, or one of `:Put`, `:Post`, `:Copy`, `:CompleteMultipartUpload`; or `s3:ObjectTagging:Delete`.
   */
  events: string[]
  /** Prefix of the key, e.g. `rooms/`. */
  prefix: string
}

/** Queues the events of an object for the functions whose notification matches. */
export class Notifier {
  readonly #notifications: readonly Notification[]
  readonly #events: EventSource
  readonly #queue: EventQueue

  constructor(notifications: readonly Notification[], events: EventSource, queue: EventQueue) {
    this.#notifications = notifications
    this.#events = events
    this.#queue = queue
  }

  /** Stores an event for each function whose notification matches. Events are sent only when `send` is called. */
  record(
    eventName: EventName,
    object: StoredObject,
    request: StoringRequest,
  ): { send: () => void; forget: () => void } {
    const names = [`s3:${eventName}`, `s3:${eventName.split(':')[0]}:*`]
    const ids = this.#notifications
      .filter((each) => object.key.startsWith(each.prefix) && each.events.some((name) => names.includes(name)))
      .map(({ functionName }) => {
        const event = this.#events.of(eventName, object, { ...request, configurationId: functionName })
        return this.#queue.record({ functionName, event })
      })
    return {
      send: () => ids.forEach((id) => this.#queue.start(id)),
      forget: () => ids.forEach((id) => this.#queue.forget(id)),
    }
  }
}
