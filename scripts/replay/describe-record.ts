import type { DynamoDBRecord } from 'aws-lambda'

/**
 * Describes a record in one line: its sequence number, the change, the item's keys and the time. The line contains no
 * text of a user.
 */
export function describeRecord({ eventName, dynamodb }: DynamoDBRecord): string {
  const { SequenceNumber, Keys, NewImage, OldImage, ApproximateCreationDateTime } = dynamodb ?? {}
  const entity = (NewImage ?? OldImage)?.__edb_e__?.S ?? 'something else'
  const at = ApproximateCreationDateTime
  return [
    SequenceNumber,
    eventName,
    entity,
    `${Keys?.pk?.S ?? ''} ${Keys?.sk?.S ?? ''}`,
    ...(at === undefined ? [] : [new Date(at * 1_000).toISOString()]),
  ].join('  ')
}
