import type { DynamoDBRecord } from 'aws-lambda'

/** A record in one line: its number, what happened to which item, and when. No text of anybody. */
export function describe({ eventName, dynamodb }: DynamoDBRecord): string {
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
