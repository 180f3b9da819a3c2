import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { client } from '../../../src/entities/table.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { getReceipts } from '../../../src/ws/actions/get-receipts.ts'
import { markRead } from '../../../src/ws/actions/mark-read.ts'
import { sendMessage } from '../../../src/ws/actions/send-message.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { callerOf } from '../../support/caller.ts'
import { unique } from '../../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

/** Until the test ends, eventually consistent reads of markers go to a replica that has heard of none. */
function lag(): void {
  const end = client.use(async (request, send) => {
    const { RequestItems = {} } = request.input
    const isStale = request.operation === 'BatchGetItem' && JSON.stringify(RequestItems).includes('state#')
    if (!isStale || JSON.stringify(RequestItems).includes('"ConsistentRead":true')) return send(request)
    return { Responses: { [tableName]: [] }, UnprocessedKeys: {} }
  })
  onTestFinished(end)
}

test('shows the caller their own marker of a moment ago, and of others what a replica knows', async () => {
  const [ada, bob, chatRoomId] = [unique('ada'), unique('bob'), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [bob] }, callerOf(ada))
  const say = { action: 'sendMessage', chatRoomId, content: 'hello' } as const
  for (let i = 0; i < 3; i++) await sendMessage.handle(say, callerOf(ada))
  const mark = (userId: string, seq: number) =>
    markRead.handle({ action: 'markRead', reads: { [chatRoomId]: seq } }, callerOf(userId))
  const receiptsOf = (userId: string) =>
    getReceipts.handle({ action: 'getReceipts', chatRoomId }, callerOf(userId)).then(({ receipts }) => receipts)
  await mark(ada, 3)
  await mark(bob, 2)
  expect(await receiptsOf(bob)).toEqual({ [ada]: 3, [bob]: 2 })
  lag()
  expect(await receiptsOf(bob)).toEqual({ [bob]: 2 })
  expect(await receiptsOf(ada)).toEqual({ [ada]: 3 })
})
