import type { Reply } from '../src/protocol/actions.ts'
import { backoffMs } from './backoff.ts'
import { sleep } from './clock.ts'
import { ChatError, toChatError } from './errors.ts'
import { newId } from './new-id.ts'
import type { Link } from './link.ts'
import type { Settings } from './options.ts'

export type Sent = Reply<'sendMessage'>

/** Answers that ask for another try, before a message counts as failed. Lost connections don't count. */
const TRIES = 5

/** A message on its way. It keeps its id through every retry, so it is in the room once. */
export class OutgoingMessage {
  readonly clientMessageId: string = newId()
  readonly kind: 'text' | 'broadcast'
  readonly content: string
  state: 'sending' | 'sent' | 'failed' = 'sending'
  /** Why it failed. */
  error: ChatError | undefined
  /** Its place in the room; rejects with the `ChatError` when it fails. A retry makes a new promise. */
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

  /** Sends a failed message again, after what now waits in its room. */
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
    // Whoever only looks at `state` is not to be brought down by it.
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

/** Where a room's messages wait, the oldest first. */
export interface Lane {
  to: { chatRoomId: string } | { recipientId: string }
  /** Whether the server would take them now. */
  isOpen: () => boolean
  onSent: (message: OutgoingMessage, sent: Sent) => void
  /** When a message is new or its state has changed. */
  onChange: (message: OutgoingMessage) => void
}

/** Messages that are not sent yet: in order in each room, one at a time, kept while there is no connection. */
export class Outbox {
  readonly #settings: Settings
  readonly #link: () => Link | undefined
  readonly #queues = new Map<Lane, OutgoingMessage[]>()
  readonly #busy = new Set<Lane>()
  #size = 0

  constructor(settings: Settings, link: () => Link | undefined) {
    this.#settings = settings
    this.#link = link
  }

  send(lane: Lane, kind: 'text' | 'broadcast', content: string): OutgoingMessage {
    const message = new OutgoingMessage(kind, content, (again) => this.#add(lane, again))
    this.#add(lane, message)
    return message
  }

  /** Goes on with what waits. */
  resume(lanes: Iterable<Lane> = this.#queues.keys()): void {
    for (const lane of [...lanes]) this.#drain(lane).catch(this.#settings.onError)
  }

  /** There will be no connection. */
  failAll(error: ChatError): void {
    for (const lane of this.#queues.keys()) {
      while (this.#queues.get(lane)?.[0]) this.#finish(lane, error)
    }
  }

  #add(lane: Lane, message: OutgoingMessage): void {
    lane.onChange(message)
    if (this.#size >= this.#settings.outboxLimit) {
      message.end(new ChatError('outbox_full', 'unable to send; too many messages wait to be sent', true))
      return lane.onChange(message)
    }
    this.#size++
    const queue = this.#queues.get(lane) ?? []
    this.#queues.set(lane, queue)
    queue.push(message)
    this.resume([lane])
  }

  async #drain(lane: Lane): Promise<void> {
    if (this.#busy.has(lane)) return
    this.#busy.add(lane)
    let tries = 0
    for (;;) {
      const [message] = this.#queues.get(lane) ?? []
      const link = this.#link()
      if (!message || !link || !lane.isOpen()) break
      const result = await attempt(link, lane, message)
      if (this.#queues.get(lane)?.[0] !== message) continue
      if (result instanceof ChatError && result.retryable && (result.code === 'disconnected' || ++tries < TRIES)) {
        const { backoff, random, clock } = this.#settings
        if (result.code !== 'disconnected') {
          await sleep(clock, result.retryAfterMs ?? backoffMs(tries, backoff, random))
        }
        continue
      }
      tries = 0
      this.#finish(lane, result)
    }
    this.#busy.delete(lane)
  }

  #finish(lane: Lane, result: Sent | ChatError): void {
    const message = this.#queues.get(lane)!.shift()!
    this.#size--
    message.end(result)
    if (!(result instanceof ChatError)) lane.onSent(message, result)
    lane.onChange(message)
  }
}

async function attempt(link: Link, { to }: Lane, message: OutgoingMessage): Promise<Sent | ChatError> {
  const { kind, content, clientMessageId } = message
  try {
    return kind === 'broadcast' && 'chatRoomId' in to
      ? await link.request({ action: 'broadcastMessage', ...to, content, clientMessageId })
      : await link.request({ action: 'sendMessage', ...to, content, clientMessageId })
  } catch (error) {
    return toChatError(error)
  }
}
