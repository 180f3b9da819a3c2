import { readFile } from 'node:fs/promises'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { DynamoDBRecord } from 'aws-lambda'
import * as z from 'zod'

/** Records of the stream that were given up on. */
export interface FailedBatch {
  records: DynamoDBRecord[]
  /** Why, in Lambda's words, e.g. `RetryAttemptsExhausted`; missing of a bare event. */
  condition?: string
}

const StreamEvent = z.object({
  Records: z.array(z.object({ eventName: z.string(), dynamodb: z.object({ SequenceNumber: z.string() }) })).min(1),
})

/** What Lambda puts into an S3 destination. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
const FailureObject = z.object({ requestContext: z.object({ condition: z.string() }), payload: z.string() })

/** What a queue or a topic would get: where the batch was, and nothing of what was in it. */
const WithoutPayload = z.object({ DDBStreamBatchInfo: z.object({}), payload: z.optional(z.undefined()) })

/**
 * Reads a failure object, or a bare event (`{"Records": […]}`) that was mended by hand.
 *
 * @param location a file, or `s3://bucket/key`
 */
export async function failedBatch(location: string): Promise<FailedBatch> {
  const content = parsed(await textAt(location), location)
  const failure = FailureObject.safeParse(content)
  if (failure.success) {
    const { requestContext, payload } = failure.data
    return { records: recordsOf(parsed(payload, location), location), condition: requestContext.condition }
  }
  if (WithoutPayload.safeParse(content).success) {
    throw new Error(`unable to replay ${location}; it has no payload, which only a destination in S3 is given`)
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
  // Path style on a laptop only, whose bucket has no domain.
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined })
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return Body!.transformToString()
}
