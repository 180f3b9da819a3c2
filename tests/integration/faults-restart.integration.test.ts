import type { DynamoDBRecord } from 'aws-lambda'
import { expect, onTestFinished, test } from 'vitest'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import { startRuntime } from '../../local/runtime.ts'
import { givenRoom } from '../support/given-room.ts'
import { online } from '../support/runtime.ts'
import { connectionIdOf, say, settled, storedMessages, subscribers, syncedAfter } from './room-reader.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Starts a runtime with a database of its own. It is closed when the test ends, if not before. */
async function startOwn(options: RuntimeOptions) {
  const chat = await startRuntime(options)
  let closing: Promise<void> | undefined
  const close = () => (closing ??= chat.close())
  onTestFinished(close)
  return { chat, close }
}

test('a message acknowledged before everything stopped is delivered after the restart, and nothing twice', async () => {
  const dataDir = temporaryFolder()
  const before = await startOwn({ dataDir })
  const { room, clients, userIds } = await givenRoom(before.chat, 'ada', 'bob')
  await say(clients[0], room, ['told'])
  await clients[1].messages(room, ['told'])
  await settled(before.chat)
  before.chat.mapping.pause()
  const acknowledged = await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'acknowledged' })
  await before.close()
  expect(clients[1].contents(room)).toEqual(['told'])

  // The stream still has the message and the removal of two connections. They are delivered once the three new sessions
  // and the last message are in the stream, too.
  const reread: DynamoDBRecord[] = []
  const { chat } = await startOwn({
    dataDir,
    mapping: { batchSize: 7, maximumBatchingWindowInSeconds: 3_600 },
    mappingFaults: {
      onBatch: (records) => {
        reread.push(...records)
        return records
      },
    },
  })
  expect(await storedMessages(chat, room)).toEqual([
    { seq: 1, content: 'told' },
    { seq: acknowledged.seq, content: 'acknowledged' },
  ])
  expect(await syncedAfter(chat, userIds[1], room, 1)).toEqual(['acknowledged'])
  const bob = await online(chat, userIds[1])
  const ada = await online(chat, userIds[0])
  expect(bob.contents(room)).toEqual([])
  await say(ada, room, ['afterwards'])
  await bob.messages(room, ['acknowledged', 'afterwards'])
  expect(bob.contents(room)).toEqual(['acknowledged', 'afterwards'])
  expect(reread.map(({ eventName, dynamodb }) => [eventName, dynamodb?.NewImage?.Content?.S])).toEqual([
    ['INSERT', 'acknowledged'],
    ['REMOVE', undefined],
    ['REMOVE', undefined],
    ...Array.from({ length: 3 }, () => ['INSERT', undefined]),
    ['INSERT', 'afterwards'],
  ])
  // Posts to the old connections got 410. The third session belongs to the `sync` that has ended in the meantime.
  const living = await Promise.all([ada, bob].map(connectionIdOf))
  await expect.poll(() => subscribers(chat, room)).toHaveLength(3)
  expect(await subscribers(chat, room)).toEqual(expect.arrayContaining(living))
  expect(chat.failures.records).toEqual([])
})
