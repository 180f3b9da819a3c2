import { tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { keepSubscribed } from '../../src/rooms/keep-subscribed.ts'
import { addMember, removeMember } from '../../src/entities/membership.ts'
import { subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(client, loadStack().table, tableName)
})

const userId = 'ada'
const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
const connections = ['c1=', 'C1='].map((connectionId) => ({ connectionId, expiresAt }))

const member = (chatRoomId: string, joinId: string) =>
  ({ chatRoomId, userId, role: 'member', joinedAt: 1, joinId, joinedSeq: 0 }) as const

/** A room that ada has joined. */
async function joined(joinId = 'join-1') {
  const chatRoomId = unique('room')
  await addMember(member(chatRoomId, joinId))
  return chatRoomId
}

const standing = async (chatRoomId: string) => (await subscriptionsOfRoom(chatRoomId, 0)).subscriptions

/** Does it right after the first batch of subscriptions is written. */
function afterTheWrite(work: () => Promise<unknown>): void {
  let done = false
  intercept(client, async ({ operation }, send) => {
    await send()
    if (done || operation !== 'BatchWriteItem') return
    done = true
    await work()
  })
}

test('the connections of a member are subscribed, on the membership', async () => {
  const chatRoomId = await joined()
  expect(await keepSubscribed({ chatRoomId, userId, joinId: 'join-1' }, connections)).toBe(true)
  expect((await standing(chatRoomId)).map(({ connectionId, joinId }) => [connectionId, joinId]).sort()).toEqual([
    ['C1=', 'join-1'],
    ['c1=', 'join-1'],
  ])
})

test('a leave that came in between takes the subscriptions back', async () => {
  const chatRoomId = await joined()
  afterTheWrite(() => removeMember(chatRoomId, userId))
  expect(await keepSubscribed({ chatRoomId, userId, joinId: 'join-1' }, connections)).toBe(false)
  expect(await standing(chatRoomId)).toEqual([])
})

test('after a leave and a new join in between the subscriptions stand on the new one', async () => {
  const chatRoomId = await joined()
  afterTheWrite(async () => {
    await removeMember(chatRoomId, userId)
    await addMember(member(chatRoomId, 'join-2'))
  })
  expect(await keepSubscribed({ chatRoomId, userId, joinId: 'join-1' }, connections)).toBe(true)
  expect((await standing(chatRoomId)).map(({ joinId }) => joinId)).toEqual(['join-2', 'join-2'])
})
