import type { Reply } from '../src/protocol/actions.ts'
import { ChatError, toChatError } from './errors.ts'
import { newId } from './new-id.ts'
import type { Link } from './link.ts'
import type { ResolvedOptions } from './options.ts'
import { retry } from './retry.ts'

/**
 * The server's receipt for a message: `chatRoomId`, `messageId`, `seq` (its place in the room), `timestamp` (epoch ms),
 * and `duplicate`, which is true when an earlier try had already been stored.
 */
export type Sent = Reply<'sendMessage'>

/**
 * A message on its way, as `room.send` returns it. It keeps its `clientMessageId` through every retry, so it is stored
 * once, however often it has to be sent.
 *
 * @example
 * const message = room.send({ content: 'hello' })
 * await message.done.catch(() => message.retry())
 */
export class OutgoingMessage {
  /** The message's own id; the room's `message` event carries it too. */
  readonly clientMessageId: string = newId()
  readonly kind: 'text' | 'broadcast'
  readonly content: string
  /** `sending` until the server has stored the message or it has failed. */
  state: 'sending' | 'sent' | 'failed' = 'sending'
  /** Why the message failed; `undefined` in the other states. */
  error: ChatError | undefined
  /**
   * Resolves with the server's receipt. Rejects with a `ChatError` when the message fails: the server's code, or
   * `outbox_full`. `retry()` replaces this promise.
   */
  done!: Promise<Sent>
  readonly #retry: (message: OutgoingMessage) => void
  #settle!: { resolve: (sent: Sent) => void; reject: (error: ChatError) => void }

  /** @internal */
  constructor(kind: 'text' | 'broadcast', content: string, retry: (message: OutgoingMessage) => void) {
    this.kind = kind
    this.content = content
    this.#retry = retry
    this.begin()
  }

  /** Sends a failed message again, after the messages that now wait in its room. Does nothing in other states. */
  retry(): void {
    if (this.state !== 'failed') return
    this.begin()
    this.#retry(this)
  }

  /** @internal */
  begin(): void {
    this.state = 'sending'
    this.error = undefined
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // An application that only reads `state` must not crash with an unhandled rejection.
    this.done.catch(() => {})
  }

  /** @internal */
  end(result: Sent | ChatError): void {
    if (result instanceof ChatError) {
      this.state = 'failed'
      this.error = result
      this.#settle.reject(result)
    } else {
      this.state = 'sent'
      this.#settle.resolve(result)
    }
  }
}

/** A room or a user that messages are sent to, one at a time. */
export interface Destination {
  to: { chatRoomId: string } | { recipientId: string }
  /** Whether the server would accept a message now. */
  isOpen: () => boolean
  onSent: (message: OutgoingMessage, sent: Sent) => void
  /** Called when a message is new and when its state has changed. */
  onChange: (message: OutgoingMessage) => void
}

/** Messages that are not sent yet: in order for each destination, one at a time, kept while there is no connection. */
export class Outbox {
  readonly #options: ResolvedOptions
  readonly #link: () => Link | undefined
  /** The oldest message first. */
  readonly #queues = new Map<Destination, OutgoingMessage[]>()
  readonly #busy = new Set<Destination>()
  #size = 0

  constructor(options: ResolvedOptions, link: () => Link | undefined) {
    this.#options = options
    this.#link = link
  }

  send(destination: Destination, kind: 'text' | 'broadcast', content: string): OutgoingMessage {
    const message = new OutgoingMessage(kind, content, (again) => this.#add(destination, again))
    this.#add(destination, message)
    return message
  }

  /** Sends the messages that wait, to all destinations or to the given ones. */
  resume(destinations: Iterable<Destination> = this.#queues.keys()): void {
    for (const destination of [...destinations]) this.#drain(destination).catch(this.#options.onError)
  }

  /** Fails every message that waits: there will be no connection. */
  failAll(error: ChatError): void {
    for (const destination of this.#queues.keys()) {
      while (this.#queues.get(destination)?.[0]) this.#finish(destination, error)
    }
  }

  #add(destination: Destination, message: OutgoingMessage): void {
    destination.onChange(message)
    if (this.#size >= this.#options.outboxLimit) {
      message.end(new ChatError('outbox_full', 'unable to send; too many messages wait to be sent', true))
      return destination.onChange(message)
    }
    this.#size++
    const queue = this.#queues.get(destination) ?? []
    this.#queues.set(destination, queue)
    queue.push(message)
    this.resume([destination])
  }

  async #drain(destination: Destination): Promise<void> {
    if (this.#busy.has(destination)) return
    this.#busy.add(destination)
    for (let next = this.#next(destination); next; next = this.#next(destination)) {
      const { message } = next
      const result = await this.#deliver(destination, message)
      // Unless `failAll` was faster.
      if (result && this.#queues.get(destination)?.[0] === message) this.#finish(destination, result)
    }
    this.#busy.delete(destination)
  }

  /** The message to send now, and the link to send it on; `undefined` when either is missing. */
  #next(destination: Destination): { message: OutgoingMessage; link: Link } | undefined {
    const [message] = this.#queues.get(destination) ?? []
    const link = this.#link()
    return message && link && destination.isOpen() ? { message, link } : undefined
  }

  /** Returns undefined when the message can't be sent now: the next `resume` sends it. */
  async #deliver(destination: Destination, message: OutgoingMessage): Promise<Sent | ChatError | undefined> {
    const attempt = async () => {
      const next = this.#next(destination)
      return next?.message === message ? request(next.link, destination, message) : undefined
    }
    return retry(attempt, this.#options).catch(toChatError)
  }

  #finish(destination: Destination, result: Sent | ChatError): void {
    const message = this.#queues.get(destination)!.shift()!
    this.#size--
    message.end(result)
    if (!(result instanceof ChatError)) destination.onSent(message, result)
    destination.onChange(message)
  }
}

function request(link: Link, { to }: Destination, message: OutgoingMessage): Promise<Sent> {
  const { kind, content, clientMessageId } = message
  return kind === 'broadcast' && 'chatRoomId' in to
    ? link.request({ action: 'broadcastMessage', ...to, content, clientMessageId })
    : link.request({ action: 'sendMessage', ...to, content, clientMessageId })
}
