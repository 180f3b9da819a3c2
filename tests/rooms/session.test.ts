import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { putConnection } from '../../src/entities/connection.ts'
import { sessionsOfUser } from '../../src/entities/session.ts'
import { sessionOf, takeSession } from '../../src/rooms/session.ts'
import { loadStack } from '../../terraform/stack.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600

async function connected(userId: string) {
  const connectionId = unique('c=')
  await putConnection({ userId, connectionId, lastConnectedAt: 0, expiresAt })
  return { userId, connectionId, expiresAt, openedAt: 500 }
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

test('a connection whose URL names a session has that one, and no other', async () => {
  const userId = unique('ada')
  const named = { ...(await connected(userId)), sessionId: 'tab' }
  await expect(takeSession(named, 'other', 1_000)).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'unable to sync; a connection keeps the sessionId of its first sync',
  })
  expect(await takeSession(named, undefined, 2_000)).toMatchObject({ sessionKey: 'tab' })
  expect(await takeSession(named, 'tab', 3_000)).toMatchObject({ sessionKey: 'tab' })
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId: named.connectionId }])
})

test('what comes before the first sync takes over the session that the URL names, unless another has synced since', async () => {
  const userId = unique('ada')
  const [named, next] = [await connected(userId), await connected(userId)]
  expect(await sessionOf({ ...named, sessionId: 'tab' })).toMatchObject({ sessionKey: 'tab' })
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId: named.connectionId }])
  await takeSession({ ...next, sessionId: 'tab' }, 'tab', 1_000)
  await sessionOf({ ...named, sessionId: 'tab' })
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId: next.connectionId }])
  const third = await connected(userId)
  await sessionOf({ ...third, sessionId: 'tab', openedAt: 2_000 })
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId: third.connectionId }])
})
