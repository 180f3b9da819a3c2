import type { DynamoDBRecord } from 'aws-lambda'
import { expect, test } from 'vitest'
import { describeRecord } from '../../scripts/replay/describe-record.ts'
import { replay, type StreamFunction } from '../../scripts/replay/replay.ts'

const record = (SequenceNumber: string): DynamoDBRecord => ({ dynamodb: { SequenceNumber } })
const numberOf = ({ dynamodb }: DynamoDBRecord) => dynamodb!.SequenceNumber!

/**
 * Processes its records in order, except the `bad` ones. Like our function, it throws if the first of several is bad.
 */
function functionThat(fails: 'reports' | 'throws', bad: readonly string[]) {
  const worked: string[] = []
  const handler: StreamFunction = async ({ Records }) => {
    const numbers = Records.map(numberOf)
    const failed = numbers.filter((number) => bad.includes(number))
    worked.push(...numbers.filter((number) => !bad.includes(number)))
    if (failed.length > 0 && (fails === 'throws' || (numbers.length > 1 && failed[0] === numbers[0]))) {
      throw new Error(`unable to work ${failed.join(', ')}`)
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }
  return { handler, worked }
}

const numbers = ['1', '2', '3', '4', '5', '6', '7']

test.for([
  ['reports', []],
  ['reports', ['4']],
  ['reports', ['1', '4', '7']],
  ['reports', numbers],
  ['throws', ['1']],
  ['throws', ['3', '4']],
  ['throws', numbers],
] as const)('when the function %s %j, exactly those are failures, and every other record is worked', async (given) => {
  const [fails, bad] = given
  const { handler, worked } = functionThat(fails, bad)
  const failures = await replay(numbers.map(record), handler)
  expect(failures.map(({ sequenceNumber }) => sequenceNumber)).toEqual(bad)
  expect(new Set(worked)).toEqual(new Set(numbers.filter((number) => !(bad as readonly string[]).includes(number))))
  for (const { error } of failures) {
    if (fails === 'throws') expect(error).toBeInstanceOf(Error)
  }
})

test('records that all work are handed over once, together and in order', async () => {
  const batches: string[][] = []
  await replay(numbers.map(record), async ({ Records }) => {
    batches.push(Records.map(numberOf))
    return { batchItemFailures: [] }
  })
  expect(batches).toEqual([numbers])
})

test('a record is described by what it is, without its text', () => {
  const line = describeRecord({
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: '17',
      ApproximateCreationDateTime: 1_800_000_000,
      Keys: { pk: { S: 'room' }, sk: { S: 'message' } },
      NewImage: { __edb_e__: { S: 'Message' }, Content: { S: 'secret' } },
    },
  })
  expect(line).toBe('17  INSERT  Message  room message  2027-01-15T08:00:00.000Z')
})
