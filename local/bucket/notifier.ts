import type { Deliveries } from './deliveries.ts'
import type { CreatedBy, EventSource, StoringRequest } from './object-created-event.ts'
import type { StoredObject } from './object-store.ts'

/** A bucket's notification to a function, in the words of its configuration. */
export interface Notification {
  functionName: string
  /** `s3:ObjectCreated:*`, or one of `:Put`, `:Post`, `:CompleteMultipartUpload`. */
  events: string[]
  /** Of the key, e.g. `rooms/`. */
  prefix: string
}

/** Which functions hear of an object, and with which event. */
export class Notifier {
  readonly #notifications: readonly Notification[]
  readonly #events: EventSource
  readonly #deliveries: Deliveries

  constructor(notifications: readonly Notification[], events: EventSource, deliveries: Deliveries) {
    this.#notifications = notifications
    this.#events = events
    this.#deliveries = deliveries
  }

  /** Keeps an event for each function that hears of the object; nothing is sent before `send`. */
  record(by: CreatedBy, object: StoredObject, request: StoringRequest): { send: () => void; forget: () => void } {
    const names = ['s3:ObjectCreated:*', `s3:ObjectCreated:${by}`]
    const ids = this.#notifications
      .filter((each) => object.key.startsWith(each.prefix) && each.events.some((name) => names.includes(name)))
      .map(({ functionName }) => {
        const event = this.#events.created(by, object, { ...request, configurationId: functionName })
        return this.#deliveries.record({ functionName, event })
      })
    return {
      send: () => ids.forEach((id) => this.#deliveries.start(id)),
      forget: () => ids.forEach((id) => this.#deliveries.forget(id)),
    }
  }
}
