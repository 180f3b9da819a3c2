import type { AttributeValue, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord, AttributeValue as EventAttributeValue } from 'aws-lambda'
import type { TtlDeletions } from '../dynamodb/ttl-deletions.ts'

/**
 * Converts a record of the Streams API to the shape that functions receive: times in seconds, binary values in base64,
 * `userIdentity` in lower case.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @param region replaces DynamoDB Local's own region `ddblocal`, also in the ARN
 */
export function toLambdaRecord(
  record: StreamRecord,
  { region, streamArn, ttlDeletions }: { region: string; streamArn: string; ttlDeletions: TtlDeletions },
): DynamoDBRecord {
  const { eventID, eventName, eventVersion, dynamodb: change = {}, userIdentity } = record
  const created = change.ApproximateCreationDateTime
  const byService =
    userIdentity !== undefined
      ? { type: userIdentity.Type, principalId: userIdentity.PrincipalId }
      : eventName === 'REMOVE' && ttlDeletions.isOne(change.Keys ?? {}, eventID ?? '')
        ? { type: 'Service', principalId: 'dynamodb.amazonaws.com' }
        : undefined
  return {
    eventID,
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ...(created && { ApproximateCreationDateTime: Math.floor(created.getTime() / 1000) }),
      ...(change.Keys && { Keys: toEventImage(change.Keys) }),
      ...(change.NewImage && { NewImage: toEventImage(change.NewImage) }),
      ...(change.OldImage && { OldImage: toEventImage(change.OldImage) }),
      SequenceNumber: change.SequenceNumber,
      SizeBytes: change.SizeBytes,
      StreamViewType: change.StreamViewType,
    },
    ...(byService && { userIdentity: byService }),
    eventSourceARN: inRegion(streamArn, region),
  }
}

/** Replaces the region in an ARN. */
export function inRegion(arn: string, region: string): string {
  const parts = arn.split(':')
  parts[3] = region
  return parts.join(':')
}

function toEventImage(image: Record<string, AttributeValue>): Record<string, EventAttributeValue> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, toEventAttribute(value)]))
}

function toEventAttribute(value: AttributeValue): EventAttributeValue {
  if (value.B !== undefined) return { B: toBase64(value.B) }
  if (value.BS !== undefined) return { BS: value.BS.map(toBase64) }
  if (value.L !== undefined) return { L: value.L.map(toEventAttribute) }
  if (value.M !== undefined) return { M: toEventImage(value.M) }
  return value
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
