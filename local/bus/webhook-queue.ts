import { randomUUID } from 'node:crypto'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Stack } from '../../terraform/stack.ts'
import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Invoke, Log } from '../contracts.ts'
import { Running } from '../running.ts'
import type { BusClock } from './bus-clock.ts'

interface QueuedMessage {
  id: string
  body: string
  sentAt: number
  firstReceivedAt: number
  receives: number
  /** The message is not received before this time, in epoch milliseconds. */
  visibleAt: number
  receipt: string
}

interface QueueOptions {
  name: string
  webhooks: Stack['webhooks']
  invoke: Invoke
  clock: BusClock
  log: Log
}

/** How many batches are processed at once: the number of pollers with which a Lambda mapping starts. */
const POLLERS = 5

/**
 * The queue of one webhook with its Lambda mapping, in place of SQS. A message that the function reports as failed is
 * received again after its visibility timeout, which the function may change. After the last attempt it is a dead
 * letter. The queue is in memory: unlike on AWS, a stop loses the messages in it.
 */
export class WebhookQueue {
  readonly arn: string
  /** The bodies of the messages that were given up, oldest first. */
  readonly deadLetters: string[] = []
  readonly #options: QueueOptions
  readonly #messages = new Map<string, QueuedMessage>()
  readonly #inFlight = new Set<QueuedMessage>()
  readonly #running = new Running()
  #waiting: (() => void)[] = []
  #batches = 0
  #isClosed = false
  #cancelWake: (() => void) | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.arn = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${options.name}`
  }

  /** Number of messages that are neither delivered nor given up. */
  get size(): number {
    return this.#messages.size
  }

  send(body: string): void {
    const now = this.#options.clock.now()
    const id = randomUUID()
    this.#messages.set(id, { id, body, sentAt: now, firstReceivedAt: 0, receives: 0, visibleAt: now, receipt: '' })
    this.#poll()
  }

  /** Sets when a message may be received again. Returns false if no message has this receipt handle. */
  changeVisibility(receipt: string, seconds: number): boolean {
    const message = [...this.#messages.values()].find((one) => one.receipt === receipt)
    if (message) message.visibleAt = this.#options.clock.now() + seconds * 1_000
    return message !== undefined
  }

  /** Resolves when every message is delivered or given up. */
  async idle(): Promise<void> {
    if (this.#messages.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves when no function runs: every message is delivered, given up, or waits for its next attempt. */
  async rested(): Promise<void> {
    await this.#running.ended()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelWake?.()
    await this.#running.ended()
  }

  #poll(): void {
    this.#cancelWake?.()
    while (!this.#isClosed && this.#batches < POLLERS) {
      const batch = this.#receive()
      if (batch.length === 0) break
      this.#batches++
      this.#running.track(this.#work(batch))
    }
    if (!this.#isClosed && this.#batches < POLLERS) this.#wakeLater()
    if (this.#messages.size === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Returns the next messages that may be received. Gives up those that were received too often. */
  #receive(): QueuedMessage[] {
    const { clock, log, webhooks, name } = this.#options
    const now = clock.now()
    const batch: QueuedMessage[] = []
    for (const message of this.#messages.values()) {
      if (batch.length === webhooks.batchSize) break
      if (this.#inFlight.has(message) || message.visibleAt > now) continue
      if (message.receives === webhooks.attempts) {
        this.#messages.delete(message.id)
        this.deadLetters.push(message.body)
        log.error('an event for a webhook was given up', { queue: name })
        continue
      }
      message.receives++
      message.firstReceivedAt ||= now
      message.receipt = randomUUID()
      message.visibleAt = now + webhooks.visibilitySeconds * 1_000
      this.#inFlight.add(message)
      batch.push(message)
    }
    return batch
  }

  async #work(batch: readonly QueuedMessage[]): Promise<void> {
    const { invoke, webhooks, log } = this.#options
    const failed = await invoke(webhooks.function, this.#eventOf(batch)).then(
      (answer) => new Set((answer as SQSBatchResponse).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)),
      (error: unknown) => {
        log.warn('the function of webhooks failed', { error: String(error) })
        return new Set(batch.map(({ id }) => id))
      },
    )
    for (const message of batch) {
      this.#inFlight.delete(message)
      if (!failed.has(message.id)) this.#messages.delete(message.id)
    }
    this.#batches--
    this.#poll()
  }

  #wakeLater(): void {
    const { clock } = this.#options
    const times = [...this.#messages.values()].flatMap((one) => (this.#inFlight.has(one) ? [] : [one.visibleAt]))
    if (times.length === 0) return
    this.#cancelWake = clock.after(Math.max(0, Math.min(...times) - clock.now()), () => this.#poll())
  }

  #eventOf(batch: readonly QueuedMessage[]): SQSEvent {
    return {
      Records: batch.map((message): SQSRecord => ({
        messageId: message.id,
        receiptHandle: message.receipt,
        body: message.body,
        attributes: {
          ApproximateReceiveCount: String(message.receives),
          SentTimestamp: String(message.sentAt),
          SenderId: 'events.amazonaws.com',
          ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: this.arn,
        awsRegion: REGION,
      })),
    }
  }
}
