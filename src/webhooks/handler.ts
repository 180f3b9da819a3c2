import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { logger } from '../logger.ts'
import { deliver, Undelivered } from './deliver.ts'
import { retryLater } from './retry-later.ts'
import { webhooks } from './webhooks.ts'

/**
 * Posts the events of the queues to their webhooks. Each webhook has its own queue, so that a webhook that is down
 * delays no other one. An event that its webhook did not accept is tried again for a day, with growing waits. Then it
 * goes to the dead-letter queue.
 */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const outcomes = await Promise.all(Records.map(work))
  return { batchItemFailures: outcomes.flatMap((itemIdentifier) => itemIdentifier ?? []).map(failure) }
}

const failure = (itemIdentifier: string) => ({ itemIdentifier })

/** Delivers one record. Returns its id if it must be redelivered. */
async function work(record: SQSRecord): Promise<string | undefined> {
  const queue = record.eventSourceARN.split(':').at(-1)!
  const webhook = webhooks.get(queue)
  const { messageId } = record
  try {
    if (webhook === undefined) throw new Error(`unable to deliver; there is no webhook of the queue ${queue}`)
    await deliver(record.body, webhook, Date.now())
    return undefined
  } catch (error) {
    const attempt = Number(record.attributes.ApproximateReceiveCount)
    const fields = { queue, messageId, attempt }
    if (error instanceof Undelivered) logger.warn('webhook failed', { ...fields, reason: error.message })
    else logger.error('webhook failed', { ...fields, error: error as Error })
    // If that fails, the queue's default visibility timeout applies.
    if (webhook)
      await retryLater(webhook.queueUrl, record).catch((e: unknown) =>
        logger.warn('not put off', { error: e as Error }),
      )
    return messageId
  }
}
