import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { putConnection } from '../../src/entities/connection.ts'
import { sessionsOfUser } from '../../src/entities/session.ts'
import { takeSession } from '../../src/rooms/session.ts'
import { loadStack } from '../../terraform/stack.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600

async function connected(userId: string) {
  const connectionId = unique('c=')
  await putConnection({ userId, connectionId, lastConnectedAt: 0, expiresAt })
  return { userId, connectionId, expiresAt }
}

test('a sync that was held up does not take the session back from a later one', async () => {
  const userId = unique('ada')
  const [held, later] = [await connected(userId), await connected(userId)]
  await takeSession(later, 'tab', 2_000)
  expect(await takeSession(held, 'tab', 1_000)).toMatchObject({ connectionId: later.connectionId })
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ connectionId: later.connectionId }])
})

test('a connection that syncs again has the session again', async () => {
  const userId = unique('ada')
  const [old, failed] = [await connected(userId), await connected(userId)]
  await takeSession(old, 'tab', 1_000)
  await takeSession(failed, 'tab', 2_000)
  await takeSession(old, 'tab', 3_000)
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ connectionId: old.connectionId }])
})

test('a connection keeps the session of its first sync', async () => {
  const connection = await connected(unique('ada'))
  await takeSession(connection, undefined, 1_000)
  await expect(takeSession(connection, 'tab', 2_000)).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'unable to sync; a connection keeps the sessionId of its first sync',
  })
})
