import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { logger } from '../logger.ts'
import { deliver, Undelivered } from './deliver.ts'
import { retryLater } from './retry-later.ts'
import { webhooks } from './webhooks.ts'

/**
 * Posts the events of the queues to their webhooks. Each webhook has a queue of its own, so that one that is down keeps
 * no other waiting. An event that the webhook did not take comes again, later each time, for a day; then it is in the
 * queue of dead letters.
 */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const outcomes = await Promise.all(Records.map(work))
  return { batchItemFailures: outcomes.flatMap((itemIdentifier) => itemIdentifier ?? []).map(failure) }
}

const failure = (itemIdentifier: string) => ({ itemIdentifier })

/** Returns the record's id when it must come again. */
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
    // Where that fails, the queue's own time holds.
    if (webhook)
      await retryLater(webhook.queueUrl, record).catch((e: unknown) =>
        logger.warn('not put off', { error: e as Error }),
      )
    return messageId
  }
}
