import type { MessageEvent } from '../src/protocol/events.ts'

/** Something that this client has asked for and that isn't in the message yet. */
export interface PendingChange {
  /** The message as it will be. */
  shows: (message: MessageEvent) => MessageEvent
  /** Set when the server has accepted it: whether a message, as the server has it, is that of after the change. */
  isIn?: (message: MessageEvent) => boolean
}

/**
 * What this client has asked for, by message. It stays shown over reconnects and over other changes of the message,
 * until the server's own message has it or the server has refused it. So a reply never has to be made into a message.
 */
export class PendingChanges {
  readonly #changes = new Map<string, PendingChange[]>()
  /** One request after the other for each message: two on their way at once may be handled in either order. */
  readonly #requests = new Map<string, Promise<unknown>>()

  /** The message as it will be. */
  shown(message: MessageEvent): MessageEvent {
    return this.#of(message.messageId).reduce((shown, change) => change.shows(shown), message)
  }

  /** The server has this message now: changes that it has are over. */
  arrived(message: MessageEvent): void {
    this.#keep(message.messageId, (change) => change.isIn?.(message) !== true)
  }

  /**
   * Shows a change and asks for it.
   *
   * @param request resolves with what tells that a message has the change
   * @param onChange called whenever the message is shown otherwise than before
   * @throws what `request` throws; then the change is no longer shown
   */
  async make(
    messageId: string,
    shows: PendingChange['shows'],
    request: () => Promise<NonNullable<PendingChange['isIn']>>,
    onChange: () => void,
  ): Promise<void> {
    const change: PendingChange = { shows }
    this.#changes.set(messageId, [...this.#of(messageId), change])
    onChange()
    const reply = (this.#requests.get(messageId) ?? Promise.resolve()).then(request)
    const over = reply.catch(() => {})
    this.#requests.set(messageId, over)
    try {
      change.isIn = await reply
    } catch (error) {
      this.#keep(messageId, (other) => other !== change)
      throw error
    } finally {
      if (this.#requests.get(messageId) === over) this.#requests.delete(messageId)
      onChange()
    }
  }

  #of = (messageId: string): PendingChange[] => this.#changes.get(messageId) ?? []

  #keep(messageId: string, isKept: (change: PendingChange) => boolean): void {
    const kept = this.#of(messageId).filter(isKept)
    if (kept.length > 0) this.#changes.set(messageId, kept)
    else this.#changes.delete(messageId)
  }
}
