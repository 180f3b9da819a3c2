import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { joinIdNow, keepSubscribed } from '../../src/rooms/keep-subscribed.ts'
import { addMember, removeMember } from '../../src/entities/membership.ts'
import { putSession } from '../../src/entities/session.ts'
import { subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'
import { ownSession } from '../support/subscribe-rows.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const userId = 'ada'
const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
const sessions = ['c1=', 'C1='].map((connectionId) => ownSession({ userId, connectionId, expiresAt }))

const member = (chatRoomId: string, joinId: string) =>
  ({ chatRoomId, userId, role: 'member', joinedAt: 1, joinId, joinedSeq: 0 }) as const

/** Creates a room that ada has joined. */
async function joined(joinId = 'join-1') {
  const chatRoomId = unique('room')
  await addMember(member(chatRoomId, joinId))
  return chatRoomId
}

/** Subscribes with the membership from before. */
const keep = (chatRoomId: string) =>
  keepSubscribed(userId, sessions, [{ chatRoomId, joinId: 'join-1' }], () => joinIdNow(chatRoomId, userId))

const standing = async (chatRoomId: string) => (await subscriptionsOfRoom(chatRoomId, 0)).subscriptions

/** Runs work right after the first batch of subscriptions is written. */
function afterTheWrite(work: () => Promise<unknown>, write = 'BatchWriteItem'): void {
  let done = false
  intercept(client, async ({ operation }, send) => {
    await send()
    if (done || operation !== write) return
    done = true
    await work()
  })
}

test('the connections of a member are subscribed, on the membership', async () => {
  const chatRoomId = await joined()
  expect(await keep(chatRoomId)).toEqual(new Set([chatRoomId]))
  expect((await standing(chatRoomId)).map(({ connectionId, joinId }) => [connectionId, joinId]).sort()).toEqual([
    ['C1=', 'join-1'],
    ['c1=', 'join-1'],
  ])
})

test('a leave that came in between takes the subscriptions back', async () => {
  const chatRoomId = await joined()
  afterTheWrite(() => removeMember(member(chatRoomId, 'join-1'), Date.now()))
  expect(await keep(chatRoomId)).toEqual(new Set())
  expect(await standing(chatRoomId)).toEqual([])
})

test('after a leave and a new join in between the subscriptions stand on the new one', async () => {
  const chatRoomId = await joined()
  afterTheWrite(async () => {
    await removeMember(member(chatRoomId, 'join-1'), Date.now())
    await addMember(member(chatRoomId, 'join-2'))
  })
  expect(await keep(chatRoomId)).toEqual(new Set([chatRoomId]))
  expect((await standing(chatRoomId)).map(({ joinId }) => joinId)).toEqual(['join-2', 'join-2'])
})

test('a session that its next connection has taken over in between is subscribed there', async () => {
  const chatRoomId = await joined()
  const session = { userId, sessionKey: 'tab', connectionId: 'before=', expiresAt }
  afterTheWrite(() => putSession({ ...session, connectionId: 'next=' }), 'PutItem')
  await keepSubscribed(userId, [session], [{ chatRoomId, joinId: 'join-1' }], () => joinIdNow(chatRoomId, userId))
  expect(await standing(chatRoomId)).toMatchObject([{ connectionId: 'next=' }])
})
