import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { putConnection } from '../../src/entities/connection.ts'
import { sessionsOfUser } from '../../src/entities/session.ts'
import { sessionOf, sessionOfPage, takeSession } from '../../src/rooms/session.ts'
import { defined } from '../../src/protocol/defined.ts'
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

test('a connection that syncs again without naming the session of its first sync keeps it', async () => {
  const connection = await connected(unique('ada'))
  await takeSession(connection, 'tab', 1_000)
  expect(await takeSession(connection, undefined, 2_000)).toMatchObject({ sessionKey: 'tab' })
  const { userId, connectionId } = connection
  expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId, syncedAt: 2_000 }])
})

describe('a page of sync that is not the first', () => {
  const refusal = {
    code: 'invalid_request',
    message: 'unable to sync; a connection keeps the sessionId of its first sync',
    details: [{ path: 'sessionId', problem: 'is not the one of the first sync' }],
  }

  test.each([
    ['which a sync has named', 'tab', undefined],
    ['which the URL has named', undefined, 'tab'],
  ])('belongs to the session of its connection, %s, and may name that one only', async (_, first, ofUrl) => {
    const own = { ...(await connected(unique('ada'))), ...defined({ sessionId: ofUrl }) }
    await takeSession(own, first, 1_000)
    await expect(sessionOfPage(own, 'other')).rejects.toMatchObject(refusal)
    for (const again of [undefined, 'tab']) expect(await sessionOfPage(own, again)).toMatchObject({ sessionKey: 'tab' })
    expect(await sessionsOfUser(own.userId, 0)).toMatchObject([{ sessionKey: 'tab', syncedAt: 1_000 }])
  })

  test('may not name a session when the first has named none', async () => {
    const own = await connected(unique('ada'))
    await takeSession(own, undefined, 1_000)
    await expect(sessionOfPage(own, 'tab')).rejects.toMatchObject(refusal)
  })

  test('and comes first all the same takes the session that it names', async () => {
    const own = await connected(unique('ada'))
    expect(await sessionOfPage(own, 'tab')).toMatchObject({ sessionKey: 'tab' })
    const { userId, connectionId } = own
    expect(await sessionsOfUser(userId, 0)).toMatchObject([{ sessionKey: 'tab', connectionId }])
    await expect(takeSession(own, 'other', 2_000)).rejects.toMatchObject(refusal)
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
