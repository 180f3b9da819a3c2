import type { SQSRecord } from 'aws-lambda'
import { rareService } from '../aws/rare-service.ts'
import { optional, url } from '../env.ts'

/**
 * The first and the longest wait: 10 s, 20 s, … and an hour from the tenth attempt on. 32 attempts take about a day.
 */
const FIRST_SECONDS = 10
const LONGEST_SECONDS = 3_600

const ask = rareService({
  what: 'the queue',
  service: 'sqs',
  target: 'AmazonSQS',
  jsonVersion: '1.0',
  endpoint: optional('AWS_ENDPOINT_URL_SQS', url),
})

/** Delays the next attempt for an event that was not accepted, longer with each attempt. */
export async function retryLater(queueUrl: string, { receiptHandle, attributes }: SQSRecord): Promise<void> {
  const attempt = Number(attributes.ApproximateReceiveCount)
  const seconds = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1))
  await ask('ChangeMessageVisibility', {
    QueueUrl: queueUrl,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  })
}
