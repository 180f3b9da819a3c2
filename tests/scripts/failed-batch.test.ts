import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failedBatch } from '../../scripts/replay/failed-batch.ts'
import { failureRecord } from '../../local/event-source-mapping/failure-record.ts'
import { messageRecord } from '../streams/records.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()

async function given(content: unknown): Promise<string> {
  const file = join(folder, 'object.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const record = messageRecord('general', 1)
const pending = {
  record,
  sequenceNumber: record.dynamodb!.SequenceNumber!,
  createdAt: 1_800_000_000_000,
  bytes: 1,
  finish: () => {},
}
const failure = failureRecord({
  records: [pending],
  condition: 'RecordAgeExceeded',
  invocations: 6,
  threw: true,
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tabletalk-streams',
  shardId: 'shardId-1',
  streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/tabletalk/stream/1',
  now: 1_800_000_000_000,
})

test('an object of the S3 destination holds the records and says why they are there', async () => {
  expect(await failedBatch(await given(failure))).toEqual({ records: [record], condition: 'RecordAgeExceeded' })
})

test('a bare event holds the records', async () => {
  expect(await failedBatch(await given({ Records: [record] }))).toEqual({ records: [record] })
})

const { payload: _, ...withoutPayload } = failure
test.for<[what: string, content: unknown, reason: RegExp]>([
  ['of a queue or a topic, which has no payload', withoutPayload, /no payload/],
  ['whose payload is not JSON', { ...failure, payload: '{' }, /not JSON/],
  ['whose payload is something else', { ...failure, payload: '{}' }, /no records/],
  ['of something else', { hello: 'world' }, /no records/],
  ['without records', { Records: [] }, /no records/],
  ['of another service’s records', { Records: [{ eventName: 'ObjectCreated:Put', s3: {} }] }, /no records/],
  ['that is not JSON', 'hello', /not JSON/],
])('an object %s is refused', async ([, content, reason]) => {
  const file = await given(content)
  const error = await failedBatch(file).catch((thrown: unknown) => thrown as Error)
  expect(error).toHaveProperty('message', expect.stringMatching(reason))
  expect(error).toHaveProperty('message', expect.stringContaining(file))
})

test('an address of S3 without a key is refused', async () => {
  await expect(failedBatch('s3://bucket')).rejects.toThrow('say s3://bucket/key')
})
