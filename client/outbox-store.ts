import type { ChatError } from './errors.ts'

/** What a message may have beside its content. */
export interface MessageExtras {
  /** The `messageId` of a message that it quotes. */
  replyTo?: string
  /** The `messageId` of the message in whose thread it is a reply; `room.thread` sets it. */
  threadId?: string
  /** With `threadId`: shown in the room as well. */
  inRoom?: boolean
  /** Ids of at most 50 users. */
  mentions?: string[]
  /** Mentions everybody. */
  mentionRoom?: boolean
  /** Data of the application's, at most 2,048 bytes as JSON. */
  metadata?: Record<string, unknown>
}

/** A text that the server doesn't have yet, as an `OutboxStore` keeps it: plain data, fit for JSON. */
export interface UnsentMessage {
  /** The room, or the other user of a direct conversation. */
  to: { chatRoomId: string } | { recipientId: string }
  kind: 'text' | 'broadcast'
  content: string
  extras?: MessageExtras
  /** The message keeps it, so that the server stores it once, even if an earlier try had arrived. */
  clientMessageId: string
  /** Why it has failed. A message with an error isn't sent again before its `retry()`. */
  error?: Pick<ChatError, 'code' | 'message' | 'retryable'>
}

/**
 * Where a client keeps texts that aren't sent yet, so that they survive a reload. One store belongs to one user and
 * one client at a time: the second of two tabs would overwrite what the first has saved.
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
  /** Returns what was saved last, the oldest first. Called once, when the client is made. */
  load: () => readonly UnsentMessage[] | Promise<readonly UnsentMessage[]>
  /**
   * Replaces what is kept: messages that wait to be sent and messages that have failed, the oldest first. Called after
   * every change, at most once per turn of the event loop, and not again before its promise has resolved.
   */
  save: (messages: UnsentMessage[]) => void | Promise<void>
}

/** Whether a store gave a message that can be sent. Anything may have been written there since. */
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

/** Saves at most once per turn, and one save after the other. */
export class StoreWriter {
  readonly #save: () => void | Promise<void>
  readonly #onError: (error: unknown) => void
  #isDue = false
  #isBusy = false

  constructor(save: () => void | Promise<void>, onError: (error: unknown) => void) {
    this.#save = save
    this.#onError = onError
  }

  /** Something has changed. */
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
