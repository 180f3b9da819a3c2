import { readFile } from 'node:fs/promises'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { DynamoDBRecord } from 'aws-lambda'
import * as z from 'zod'

/** Records of the stream that Lambda gave up. */
export interface FailedBatch {
  records: DynamoDBRecord[]
  /** Lambda's reason, for example `RetryAttemptsExhausted`; undefined for a bare event. */
  condition?: string
}

const StreamEvent = z.object({
  Records: z.array(z.object({ eventName: z.string(), dynamodb: z.object({ SequenceNumber: z.string() }) })).min(1),
})

/**
 * The object that Lambda writes to an S3 destination.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
const FailureObject = z.object({ requestContext: z.object({ condition: z.string() }), payload: z.string() })

/** What Lambda sends to a queue or a topic: the position of the batch, without its records. */
const WithoutPayload = z.object({ DDBStreamBatchInfo: z.object({}), payload: z.optional(z.undefined()) })

/**
 * Reads a failure object, or a bare event (`{"Records": […]}`) that was repaired by hand.
 *
 * @param location a file, or `s3://bucket/key`
 * @throws Error that names the location, if it can't be read or has no records
 */
export async function failedBatch(location: string): Promise<FailedBatch> {
  const content = parsed(await textAt(location), location)
  const failure = FailureObject.safeParse(content)
  if (failure.success) {
    const { requestContext, payload } = failure.data
    return { records: recordsOf(parsed(payload, location), location), condition: requestContext.condition }
  }
  if (WithoutPayload.safeParse(content).success) {
    throw new Error(`unable to replay ${location}; it has no payload, because only an S3 destination receives one`)
  }
  return { records: recordsOf(content, location) }
}

function recordsOf(event: unknown, location: string): DynamoDBRecord[] {
  const checked = StreamEvent.safeParse(event)
  if (!checked.success) throw new Error(`unable to replay ${location}; it holds no records of a stream`)
  return (event as { Records: DynamoDBRecord[] }).Records
}

function parsed(text: string, location: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`unable to replay ${location}; it is not JSON`, { cause })
  }
}

async function textAt(location: string): Promise<string> {
  if (!location.startsWith('s3://')) return readFile(location, 'utf8')
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(location) ?? []
  if (bucket === undefined || key === undefined) throw new Error(`unable to read ${location}; say s3://bucket/key`)
  // Path style for the local bucket, which has no domain name.
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined })
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return Body!.transformToString()
}
