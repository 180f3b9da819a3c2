import type { MessageEvent } from '../src/protocol/events.ts'

/** A change of a message that this client has requested and that the server's message doesn't include yet. */
export interface PendingChange {
  /** Returns the message with the change. */
  shows: (message: MessageEvent) => MessageEvent
  /** Set once the server has accepted the change: whether a message from the server includes it. */
  isIn?: (message: MessageEvent) => boolean
  /** What the change is about. Once the server has accepted it, earlier changes about the same don't count any more. */
  about?: string | undefined
}

/**
 * The changes that this client has requested, by message. A change stays visible over reconnects and over other changes
 * of the message, until the server's message includes it or the server has refused it.
 */
export class PendingChanges {
  readonly #changes = new Map<string, PendingChange[]>()
  /** The last request of each message. The next one waits for it, because the server may reorder concurrent frames. */
  readonly #requests = new Map<string, Promise<unknown>>()

  /** How many messages have changes that the server has not answered yet. */
  get waiting(): number {
    return this.#requests.size
  }

  /** Returns a message with the pending changes. */
  shown(message: MessageEvent): MessageEvent {
    return this.#of(message.messageId).reduce((shown, change) => change.shows(shown), message)
  }

  /** Takes over a message from the server, and forgets the changes that it includes. */
  arrived(message: MessageEvent): void {
    this.#keep(message.messageId, (change) => change.isIn?.(message) !== true)
  }

  /**
   * Shows a change at once, and requests it.
   *
   * @param change `shows`, and what it is `about` if a later change can take it back
   * @param request sends the request; resolves with a function that tells whether a message includes the change
   * @param onChange called whenever the visible message may have changed
   * @throws the error of `request`, after which the change is no longer shown
   */
  async make(
    messageId: string,
    { shows, about }: Pick<PendingChange, 'shows' | 'about'>,
    request: () => Promise<NonNullable<PendingChange['isIn']>>,
    onChange: () => void,
  ): Promise<void> {
    const change: PendingChange = { shows, about }
    this.#changes.set(messageId, [...this.#of(messageId), change])
    onChange()
    const reply = (this.#requests.get(messageId) ?? Promise.resolve()).then(request)
    const over = reply.catch(() => {})
    this.#requests.set(messageId, over)
    try {
      change.isIn = await reply
      // The server may never tell of what was taken back before it had counted.
      if (about !== undefined) this.#forgetBefore(messageId, change)
    } catch (error) {
      this.#keep(messageId, (other) => other !== change)
      throw error
    } finally {
      if (this.#requests.get(messageId) === over) this.#requests.delete(messageId)
      onChange()
    }
  }

  /** Forgets the changes before this one that are about the same. */
  #forgetBefore(messageId: string, change: PendingChange): void {
    const changes = this.#of(messageId)
    const place = changes.indexOf(change)
    this.#keep(messageId, (other) => other.about !== change.about || changes.indexOf(other) >= place)
  }

  #of = (messageId: string): PendingChange[] => this.#changes.get(messageId) ?? []

  #keep(messageId: string, isKept: (change: PendingChange) => boolean): void {
    const kept = this.#of(messageId).filter(isKept)
    if (kept.length > 0) this.#changes.set(messageId, kept)
    else this.#changes.delete(messageId)
  }
}
