import type { Reply } from '../src/protocol/actions.ts'
import { ChatError, toChatError } from './errors.ts'
import { newId } from './new-id.ts'
import type { Link } from './link.ts'
import type { ResolvedOptions } from './options.ts'
import { isUnsentMessage, type MessageExtras, StoreWriter, type UnsentMessage } from './outbox-store.ts'
import { retry } from './retry.ts'

/**
 * The server's receipt for a message: `chatRoomId`, `messageId`, `seq` (the message's number in the room), `timestamp`
 * (epoch milliseconds), and `duplicate`, which is true if an earlier attempt had already been stored.
 */
export type Sent = Reply<'sendMessage'>

interface MessageOwner {
  retry: (message: OutgoingMessage) => void
  discard: (message: OutgoingMessage) => void
}

/**
 * A message of this client, as `room.send` returns it. It keeps its `clientMessageId` in every attempt, so the server
 * stores it once, however often it has to be sent.
 *
 * @example
 * const message = room.send({ content: 'hello' })
 * await message.done.catch(() => message.retry())
 */
export class OutgoingMessage {
  /** The message's own id, chosen by this client. The room's `message` event has it too. */
  readonly clientMessageId: string
  readonly kind: 'text' | 'broadcast'
  readonly content: string
  /** The optional fields that the message was sent with. */
  readonly extras: MessageExtras
  /** `sending` until the server has stored the message or the message has failed. */
  state: 'sending' | 'sent' | 'failed' = 'sending'
  /** Why the message has failed. `undefined` in the other states. */
  error: ChatError | undefined
  /**
   * Resolves with the server's receipt when the message is stored. Rejects with a `ChatError` when it fails: with the
   * server's code, or `outbox_full`. `retry()` replaces this promise.
   */
  done!: Promise<Sent>
  readonly #owner: MessageOwner
  #settle!: { resolve: (sent: Sent) => void; reject: (error: ChatError) => void }

  /** @internal */
  constructor({ kind, content, extras, clientMessageId, error }: Omit<UnsentMessage, 'to'>, owner: MessageOwner) {
    this.kind = kind
    this.content = content
    this.extras = extras ?? {}
    this.clientMessageId = clientMessageId
    this.#owner = owner
    this.begin()
    if (error) this.end(new ChatError(error.code, error.message, error.retryable))
  }

  /** Sends a failed message again, after the messages that now wait for the same room. Does nothing in other states. */
  retry(): void {
    if (this.state !== 'failed') return
    this.begin()
    this.#owner.retry(this)
  }

  /** Removes a failed message from the room's `unsent`. Does nothing in other states. */
  discard(): void {
    if (this.state === 'failed') this.#owner.discard(this)
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

/** A room or a user to whom messages are sent, one message at a time. */
export interface Destination {
  to: { chatRoomId: string } | { recipientId: string }
  /** Whether the server would accept a message now. */
  isOpen: () => boolean
  onSent: (message: OutgoingMessage, sent: Sent) => void
  /** Called when a message is new and when its state changes. */
  onChange: (message: OutgoingMessage) => void
}

/**
 * The queues of messages that are not sent yet. Sends the messages to each destination in order, one at a time. Keeps
 * them while there is no connection, and with the option `outbox` over a reload.
 */
export class Outbox {
  readonly #options: ResolvedOptions
  readonly #link: () => Link | undefined
  /** The messages that wait, the oldest first. */
  readonly #queues = new Map<Destination, OutgoingMessage[]>()
  readonly #busy = new Set<Destination>()
  /** The messages that wait, and the latest that have failed, the oldest first. */
  readonly #unsent = new Map<OutgoingMessage, Destination>()
  readonly #writer: StoreWriter
  #size = 0
  /** Whether the store has been loaded. Until then nothing is sent, because messages from before a reload go first. */
  #isRestored = false

  constructor(options: ResolvedOptions, link: () => Link | undefined) {
    this.#options = options
    this.#link = link
    this.#writer = new StoreWriter(() => options.outbox?.save(this.#toKeep()), options.onError)
  }

  /**
   * Loads the messages that the option `outbox` has kept. New messages wait until these are loaded.
   *
   * @param destinationOf finds the room or the conversation of a message
   */
  restore(destinationOf: (to: UnsentMessage['to']) => Destination): void {
    const restore = (kept: readonly UnsentMessage[]) => this.#restored(kept, destinationOf)
    const failed = (error: unknown) => {
      this.#options.onError(error)
      restore([])
    }
    try {
      const kept = this.#options.outbox?.load() ?? []
      if (kept instanceof Promise) kept.then(restore, failed).catch(this.#options.onError)
      else restore(kept)
    } catch (error) {
      failed(error)
    }
  }

  send(
    destination: Destination,
    kind: 'text' | 'broadcast',
    { content, ...extras }: { content: string } & MessageExtras,
  ): OutgoingMessage {
    const message = this.#messageTo(destination, { kind, content, extras, clientMessageId: newId() })
    this.#add(destination, message)
    return message
  }

  /** The messages to one destination that wait to be sent or have failed, the oldest first. */
  unsentTo(destination: Destination): OutgoingMessage[] {
    return [...this.#unsent].flatMap(([message, to]) => (to === destination ? [message] : []))
  }

  /** Sends the messages that wait, to the given destinations or to all. */
  resume(destinations: Iterable<Destination> = this.#queues.keys()): void {
    for (const destination of [...destinations]) this.#drain(destination).catch(this.#options.onError)
  }

  /** Fails every message that waits, because there will be no further attempt to connect. */
  failAll(error: ChatError): void {
    for (const destination of this.#queues.keys()) {
      while (this.#queues.get(destination)?.[0]) this.#finish(destination, error)
    }
  }

  /** Fails the messages that wait for a destination and forgets all its messages, because it takes none any more. */
  drop(destination: Destination, error: ChatError): void {
    while (this.#queues.get(destination)?.[0]) this.#finish(destination, error)
    for (const message of this.unsentTo(destination)) this.#unsent.delete(message)
    this.#changed()
  }

  #messageTo(destination: Destination, message: Omit<UnsentMessage, 'to'>): OutgoingMessage {
    return new OutgoingMessage(message, {
      retry: (again) => this.#add(destination, again),
      discard: (failed) => {
        this.#unsent.delete(failed)
        this.#changed()
      },
    })
  }

  #restored(kept: readonly UnsentMessage[], destinationOf: (to: UnsentMessage['to']) => Destination): void {
    const messages = Array.isArray(kept) ? kept.filter(isUnsentMessage) : []
    const later = [...this.#unsent]
    this.#unsent.clear()
    const queues = new Map(this.#queues)
    this.#queues.clear()
    for (const one of messages) {
      const destination = destinationOf(one.to)
      const message = this.#messageTo(destination, one)
      this.#unsent.set(message, destination)
      if (message.state === 'sending') this.#enqueue(destination, message)
      destination.onChange(message)
    }
    for (const [message, destination] of later) this.#unsent.set(message, destination)
    for (const [destination, queue] of queues) this.#queueOf(destination).push(...queue)
    this.#isRestored = true
    if (later.length > 0) this.#changed()
    this.resume()
  }

  #add(destination: Destination, message: OutgoingMessage): void {
    // A message that is retried moves to the end.
    this.#unsent.delete(message)
    this.#unsent.set(message, destination)
    destination.onChange(message)
    if (this.#size >= this.#options.outboxLimit) {
      const error = new ChatError('outbox_full', 'unable to send; too many messages wait to be sent', true)
      return this.#end(destination, message, error)
    }
    this.#enqueue(destination, message)
    this.#changed()
    this.resume([destination])
  }

  #enqueue(destination: Destination, message: OutgoingMessage): void {
    this.#size++
    this.#queueOf(destination).push(message)
  }

  #queueOf(destination: Destination): OutgoingMessage[] {
    const queue = this.#queues.get(destination) ?? []
    this.#queues.set(destination, queue)
    return queue
  }

  /** Saves the messages, unless the store isn't loaded yet: saving would overwrite the messages in it. */
  #changed(): void {
    if (this.#isRestored) this.#writer.changed()
  }

  #toKeep(): UnsentMessage[] {
    return [...this.#unsent].map(([{ kind, content, extras, clientMessageId, error }, { to }]) => ({
      ...{ to, kind, content, clientMessageId },
      ...(Object.keys(extras).length > 0 && { extras }),
      ...(error && { error: { code: error.code, message: error.message, retryable: error.retryable } }),
    }))
  }

  async #drain(destination: Destination): Promise<void> {
    if (this.#busy.has(destination)) return
    this.#busy.add(destination)
    for (let next = this.#next(destination); next; next = this.#next(destination)) {
      const { message } = next
      const result = await this.#deliver(destination, message)
      // `failAll` or `drop` may have removed the message meanwhile.
      if (result && this.#queues.get(destination)?.[0] === message) this.#finish(destination, result)
    }
    this.#busy.delete(destination)
  }

  /** Returns the message to send now and the link to send it on, or undefined if either is missing. */
  #next(destination: Destination): { message: OutgoingMessage; link: Link } | undefined {
    const [message] = this.#queues.get(destination) ?? []
    const link = this.#isRestored ? this.#link() : undefined
    return message && link && destination.isOpen() ? { message, link } : undefined
  }

  /** Sends a message. Returns undefined if it can't be sent now; the next `resume` sends it. */
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
    this.#end(destination, message, result)
  }

  #end(destination: Destination, message: OutgoingMessage, result: Sent | ChatError): void {
    message.end(result)
    if (result instanceof ChatError) {
      this.#forgetOldFailures()
    } else {
      this.#unsent.delete(message)
      destination.onSent(message, result)
    }
    this.#changed()
    destination.onChange(message)
  }

  /** Keeps at most `outboxLimit` failed messages, because an application may never retry or discard them. */
  #forgetOldFailures(): void {
    const failed = [...this.#unsent.keys()].filter(({ state }) => state === 'failed')
    for (const message of failed.slice(0, Math.max(0, failed.length - this.#options.outboxLimit))) {
      this.#unsent.delete(message)
    }
  }
}

function request(link: Link, { to }: Destination, message: OutgoingMessage): Promise<Sent> {
  const { kind, content, extras, clientMessageId } = message
  return kind === 'broadcast' && 'chatRoomId' in to
    ? link.request({ action: 'broadcastMessage', ...to, content, clientMessageId, ...extras })
    : link.request({ action: 'sendMessage', ...to, content, clientMessageId, ...extras })
}
