import { database, tableName } from '../support/own-table.ts'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { Connection, getConnection, putConnection, requestClose } from '../../src/entities/connection.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { loadStack } from '../../terraform/stack.ts'
import { connection, imageOf, recordOf } from '../streams/records.ts'
import { unique } from '../support/runtime.ts'
import { failure, FakePost } from './fake-post.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

let gateway: FakePost
let closed: string[]
let fault: (connectionId: string, attempt: number) => void
let handle: (...records: ReturnType<typeof recordOf>[]) => ReturnType<ReturnType<typeof streamHandler>>
beforeEach(() => {
  gateway = new FakePost()
  closed = []
  fault = () => {}
  let attempts = 0
  const close = async (connectionId: string) => {
    fault(connectionId, ++attempts)
    closed.push(connectionId)
  }
  const handler = streamHandler(gateway.post, undefined, close)
  handle = (...Records) => handler({ Records })
})

/** Makes a connection that a backend has asked to close, and returns the record of the request. */
async function givenRequest(reason?: string) {
  const row = connection(unique('c='), 'ada')
  await putConnection(row)
  expect(await requestClose(row.connectionId, reason, Date.now())).toBe(true)
  const { connectionId } = row
  return { connectionId, record: recordOf('MODIFY', imageOf(Connection.put((await getConnection(connectionId))!))) }
}

test('a connection that is to be closed gets a last event, and is closed', async () => {
  const { connectionId, record } = await givenRequest('spam')
  expect(await handle(record)).toEqual({ batchItemFailures: [] })
  expect(gateway.eventsOf(connectionId)).toEqual([{ event: 'goodbye', reason: 'spam' }])
  expect(closed).toEqual([connectionId])
})

test('it is closed though the event can’t be posted, and tried again when the gateway is at its limit', async () => {
  const { connectionId, record } = await givenRequest()
  gateway.fault = () => {
    throw failure(413)
  }
  fault = (_id, attempt) => {
    if (attempt === 1) throw failure(429)
  }
  expect(await handle(record)).toEqual({ batchItemFailures: [] })
  expect([gateway.attempts, closed]).toEqual([[connectionId], [connectionId]])
})

test('one that is gone is deleted', async () => {
  const { connectionId, record } = await givenRequest()
  fault = () => {
    throw failure(410, 'GoneException')
  }
  expect(await handle(record)).toEqual({ batchItemFailures: [] })
  expect(await getConnection(connectionId)).toBeUndefined()
})

test('one that can’t be closed is redelivered, and delays no other', async () => {
  const first = await givenRequest()
  const second = await givenRequest()
  fault = (connectionId) => {
    if (connectionId === second.connectionId) throw failure(403)
  }
  expect(await handle(first.record, second.record)).toEqual({
    batchItemFailures: [{ itemIdentifier: second.record.dynamodb!.SequenceNumber }],
  })
  expect(closed).toEqual([first.connectionId])
})

test('any other change of a connection means nothing', async () => {
  const record = recordOf('MODIFY', imageOf(Connection.put(connection(unique('c='), 'ada'))))
  expect(await handle(record)).toEqual({ batchItemFailures: [] })
  expect([gateway.attempts, closed]).toEqual([[], []])
})
