import type { MessageEvent, Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** As many messages as are requested at once. The SDK refuses more. */
const ASKED_AT_ONCE = 50

/**
 * Messages that are shown outside of the timeline, such as quoted and pinned ones. Each is requested once, together
 * with others. What happens to them later is taken over. `gone` stands for a message that was deleted.
 */
export class Referred {
  readonly known = new Store<ReadonlyMap<string, MessageEvent | 'gone'>>(new Map())
  readonly #find: (messageIds: readonly string[]) => Promise<MessageEvent[]>
  readonly #wanted = new Set<string>()
  readonly #asked = new Set<string>()

  /** @param find returns the existing messages among these ids */
  constructor(on: Room['on'], find: (messageIds: readonly string[]) => Promise<MessageEvent[]>) {
    this.#find = find
    on('messageUpdated', (message) => this.#changed(message.messageId, message))
    on('messageDeleted', ({ messageId }) => this.#changed(messageId, 'gone'))
    // Changes may have been missed.
    on('stale', () => this.#want([...this.known.get().keys()]))
  }

  /** Requests those of these messages that aren't known. If that fails, the next call requests them again. */
  want(messageIds: readonly string[]): void {
    const known = this.known.get()
    this.#want(messageIds.filter((id) => !known.has(id) && !this.#asked.has(id)))
  }

  #want(messageIds: readonly string[]): void {
    if (messageIds.length > 0 && this.#wanted.size === 0) queueMicrotask(() => this.#ask())
    for (const id of messageIds) this.#wanted.add(id)
  }

  #ask(): void {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (let i = 0; i < wanted.length; i += ASKED_AT_ONCE) {
      // If it fails, the places in the page go on saying that the message isn't there yet.
      this.#askFor(wanted.slice(i, i + ASKED_AT_ONCE)).catch(() => {})
    }
  }

  async #askFor(messageIds: readonly string[]): Promise<void> {
    for (const id of messageIds) this.#asked.add(id)
    try {
      const found = new Map((await this.#find(messageIds)).map((message) => [message.messageId, message]))
      // What has changed meanwhile is newer than the reply.
      const current = messageIds.filter((id) => this.#asked.has(id))
      this.#set(current.map((id) => [id, found.get(id) ?? 'gone']))
    } finally {
      for (const id of messageIds) this.#asked.delete(id)
    }
  }

  #changed(messageId: string, message: MessageEvent | 'gone'): void {
    if (!this.#asked.delete(messageId) && !this.known.get().has(messageId)) return
    this.#set([[messageId, message]])
  }

  #set(entries: readonly (readonly [string, MessageEvent | 'gone'])[]): void {
    this.known.set(new Map([...this.known.get(), ...entries]))
  }
}
