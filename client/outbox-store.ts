import type { ChatError } from './errors.ts'

/** The optional fields of a message. */
export interface MessageExtras {
  /** The `messageId` of the message that this one quotes. */
  replyTo?: string
  /** The `messageId` of the root of the thread in which this message is a reply. `room.thread(id).send` sets it. */
  threadId?: string
  /** With `threadId`: shows the reply in the room as well. */
  inRoom?: boolean
  /** The ids of the users whom the message mentions, at most 50. */
  mentions?: string[]
  /** Mentions everybody in the room. */
  mentionRoom?: boolean
  /** The application's own data, at most 2,048 bytes as JSON. */
  metadata?: Record<string, unknown>
}

/** A message that the server doesn't have yet, as an `OutboxStore` keeps it: plain data that can be saved as JSON. */
export interface UnsentMessage {
  /** The room, or the other user of a direct conversation. */
  to: { chatRoomId: string } | { recipientId: string }
  kind: 'text' | 'broadcast'
  content: string
  extras?: MessageExtras
  /** The message's own id. It never changes, so the server stores the message once, however often it is sent. */
  clientMessageId: string
  /** Why the message has failed. A message with an error isn't sent again until its `retry()`. */
  error?: Pick<ChatError, 'code' | 'message' | 'retryable'>
}

/**
 * Stores the messages of a client that are not sent yet, so that they survive a reload. A store belongs to one user and
 * to one client at a time, because a second client, in another tab, would overwrite the messages of the first.
 *
 * @example
 * const key = 'unsent-ada'
 * const outbox = {
 *   load: () => JSON.parse(sessionStorage.getItem(key) ?? '[]') as UnsentMessage[],
 *   save: (messages: UnsentMessage[]) => sessionStorage.setItem(key, JSON.stringify(messages)),
 * }
 * const client = new ChatClient({ url: 'wss://chat.example/prod', getToken, outbox })
 * await client.connect()
 */
export interface OutboxStore {
  /** Returns the messages that were saved last, the oldest first. Called once, when the client is created. */
  load: () => readonly UnsentMessage[] | Promise<readonly UnsentMessage[]>
  /**
   * Replaces the saved messages with those that now wait or have failed, the oldest first. Called after every change,
   * at most once per turn of the event loop, and not again before the promise of the last call has resolved.
   */
  save: (messages: UnsentMessage[]) => void | Promise<void>
}

/** Whether a value from a store is a message that can be sent. Other programs may have written to the storage. */
export function isUnsentMessage(given: unknown): given is UnsentMessage {
  const { to, kind, content, clientMessageId, extras = {} } = (given ?? {}) as Partial<Record<string, unknown>>
  const { chatRoomId, recipientId } = (to ?? {}) as Partial<Record<string, unknown>>
  return (
    (typeof chatRoomId === 'string' || typeof recipientId === 'string') &&
    (kind === 'text' || kind === 'broadcast') &&
    typeof content === 'string' &&
    typeof extras === 'object' &&
    typeof clientMessageId === 'string'
  )
}

/** Calls `save` after changes: at most once per turn of the event loop, and one call after the other. */
export class StoreWriter {
  readonly #save: () => void | Promise<void>
  readonly #onError: (error: unknown) => void
  #isDue = false
  #isBusy = false

  constructor(save: () => void | Promise<void>, onError: (error: unknown) => void) {
    this.#save = save
    this.#onError = onError
  }

  /** Schedules a save. */
  changed(): void {
    this.#isDue = true
    if (this.#isBusy) return
    this.#isBusy = true
    Promise.resolve()
      .then(() => this.#write())
      .catch(this.#onError)
      .finally(() => (this.#isBusy = false))
      .catch(this.#onError)
  }

  async #write(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false
      try {
        await this.#save()
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
