import type { SQSRecord } from 'aws-lambda'
import { rareService } from '../aws/rare-service.ts'
import { optional, url } from '../env.ts'

/** The first wait, and the longest: 10 s, 20 s, … and from the tenth on an hour. In 32 attempts that is a day. */
const FIRST_SECONDS = 10
const LONGEST_SECONDS = 3_600

const ask = rareService({
  what: 'the queue',
  service: 'sqs',
  target: 'AmazonSQS',
  jsonVersion: '1.0',
  endpoint: optional('AWS_ENDPOINT_URL_SQS', url),
})

/** Puts an event that was not taken off, longer at each attempt. */
export async function retryLater(queueUrl: string, { receiptHandle, attributes }: SQSRecord): Promise<void> {
  const attempt = Number(attributes.ApproximateReceiveCount)
  const seconds = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1))
  await ask('ChangeMessageVisibility', {
    QueueUrl: queueUrl,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  })
}
