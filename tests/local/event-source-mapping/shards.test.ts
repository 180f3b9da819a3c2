import { setImmediate } from 'node:timers/promises'
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams'
import { expect, test } from 'vitest'
import { gate, givenMapping, sortKeys } from './given-mapping.ts'

interface FakeShard {
  id: string
  parent?: string
  closed: boolean
  sks: string[]
}

/** Creates a stream of several shards, which DynamoDB Local doesn't have. `onPoll` may throw instead of a response. */
function fakeStream(
  shards: FakeShard[],
  onPoll: (shardId: string, poll: number) => void = () => {},
  onOpen: () => Promise<void> = async () => {},
) {
  const opened: string[] = []
  let polls = 0
  const number = (index: number) => String(index + 1).padStart(21, '0')
  const send = async (command: object): Promise<unknown> => {
    if (command instanceof DescribeStreamCommand) {
      return {
        StreamDescription: {
          Shards: shards.map(({ id, parent, closed }) => ({
            ShardId: id,
            ParentShardId: parent,
            SequenceNumberRange: { ...(closed && { EndingSequenceNumber: '9' }) },
          })),
        },
      }
    }
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId: id, ShardIteratorType: type, SequenceNumber: after } = command.input
      opened.push(`${id} ${type}${after === undefined ? '' : ` ${Number(after)}`}`)
      await onOpen()
      return { ShardIterator: `${id}/${after === undefined ? 0 : Number(after)}` }
    }
    if (command instanceof GetRecordsCommand) {
      const [id = '', position] = (command.input.ShardIterator ?? '').split('/')
      const shard = shards.find((known) => known.id === id)
      if (shard === undefined) throw new Error(`no shard ${id}`)
      polls += 1
      onPoll(id, polls)
      // One record per page.
      const index = Number(position)
      const sk = shard.sks[index]
      if (sk === undefined) return { Records: [], ...(!shard.closed && { NextShardIterator: `${id}/${index}` }) }
      const change = { Keys: { pk: { S: 'p' }, sk: { S: sk } }, SequenceNumber: number(index) }
      return {
        Records: [{ eventID: `${id}${index}`, eventName: 'INSERT', dynamodb: change }],
        NextShardIterator: `${id}/${index + 1}`,
      }
    }
    throw new Error('no such command')
  }
  return {
    streamsClient: { send } as unknown as DynamoDBStreamsClient,
    streamArn: 'arn:aws:dynamodb:ddblocal:0:table/t',
    opened,
  }
}

test("children are read after their parent's records are worked, parents before children", async () => {
  const parentRead = gate()
  const shards = [
    { id: 'grandchild', parent: 'child', closed: false, sks: ['d'] },
    { id: 'child', parent: 'parent', closed: true, sks: ['c'] },
    { id: 'parent', parent: 'trimmed long ago', closed: true, sks: ['a', 'b'] },
  ]
  const stream = fakeStream(shards, (_shard, poll) => {
    if (poll === 3) parentRead.open()
  })
  let failures = 0
  const { mapping, batches } = await givenMapping(stream, { batchSize: 1 }, async (records) => {
    await parentRead.opened
    if (sortKeys(records)[0] === 'b' && failures++ === 0) throw new Error('once')
  })
  await mapping.idle()
  expect(batches.flatMap(sortKeys)).toEqual(['a', 'b', 'b', 'c', 'd'])
})

test('a shard that closes while it is read leads to its children', async () => {
  const parent = { id: 'parent', closed: false, sks: ['a'] }
  const shards: FakeShard[] = [parent]
  const stream = fakeStream(shards)
  const { mapping, batches } = await givenMapping(stream)
  await mapping.idle()
  shards.push({ id: 'child', parent: 'parent', closed: false, sks: ['b'] })
  parent.closed = true
  await mapping.idle()
  expect(batches.map(sortKeys)).toEqual([['a'], ['b']])
})

test('LATEST leaves out closed shards, and reads new children from their beginning', async () => {
  const shards: FakeShard[] = [
    { id: 'closed', closed: true, sks: ['a'] },
    { id: 'open', parent: 'closed', closed: false, sks: [] },
  ]
  const stream = fakeStream(shards)
  const { mapping, batches } = await givenMapping(stream, { startingPosition: 'LATEST' })
  await mapping.idle()
  for (const shard of shards) shard.closed = true
  shards.push({ id: 'child', parent: 'open', closed: false, sks: ['b'] })
  await mapping.idle()
  expect(batches.map(sortKeys)).toEqual([['b']])
  expect(stream.opened).toEqual(['open LATEST', 'child TRIM_HORIZON'])
})

test('a mapping has started only when LATEST knows its place', async () => {
  const opening = gate()
  const answer = gate()
  const onOpen = () => {
    opening.open()
    return answer.opened
  }
  const stream = fakeStream([{ id: 's', closed: false, sks: [] }], undefined, onOpen)
  let started = false
  const starting = givenMapping(stream, { startingPosition: 'LATEST' }).then(() => (started = true))
  await opening.opened
  await setImmediate()
  expect(started).toBe(false)
  answer.open()
  await starting
})

const metadata = { $metadata: {}, message: 'fault' }

test.each<[what: string, error: Error, opened: string[]]>([
  ['an expired iterator', new ExpiredIteratorException(metadata), ['s TRIM_HORIZON', 's AFTER_SEQUENCE_NUMBER 1']],
  ['trimmed records', new TrimmedDataAccessException(metadata), ['s TRIM_HORIZON', 's TRIM_HORIZON']],
  ['a broken network', new Error('ECONNRESET'), ['s TRIM_HORIZON']],
])('reading goes on after %s', async (_what, error, opened) => {
  const stream = fakeStream([{ id: 's', closed: false, sks: ['a', 'b'] }], (_shard, poll) => {
    if (poll === 2) throw error
  })
  const { mapping, batches } = await givenMapping(stream)
  await mapping.idle()
  expect(batches.flatMap(sortKeys).slice(-1)).toEqual(['b'])
  expect(stream.opened).toEqual(opened)
})
