import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { completeRoom } from '../../src/entities/create-room.ts'
import { addMember, getMembership, removeMember } from '../../src/entities/membership.ts'
import { putSession } from '../../src/entities/session.ts'
import { subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { roomsOfUser } from '../../src/entities/user-room.ts'
import { admitSender } from '../../src/rooms/admission.ts'
import { membershipIn } from '../../src/rooms/membership-in.ts'
import { join, stayIn } from '../../src/rooms/join.ts'
import { loadStack } from '../../terraform/stack.ts'
import { callerOf } from '../support/caller.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'
import { ownSession } from '../support/subscribe-rows.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const userId = 'ada'
const session = ownSession({ userId, connectionId: 'c1=', expiresAt: Math.ceil(Date.now() / 1_000) + 3_600 })

const membershipOf = (chatRoomId: string, joinId = 'join-1') =>
  ({ chatRoomId, userId, role: 'member', joinedAt: 1, joinId, joinedSeq: 0 }) as const

const subscribed = async (chatRoomId: string) =>
  (await subscriptionsOfRoom(chatRoomId, 0)).subscriptions.map(({ connectionId, joinId }) => [connectionId, joinId])

test('a join that is cut off after the membership leaves the connection subscribed', async () => {
  const chatRoomId = unique('room')
  let written = false
  intercept(client, async ({ operation }, send) => {
    if (written) throw new Error('cut off')
    await send()
    written = operation === 'TransactWriteItems'
  })
  await expect(join(membershipOf(chatRoomId), session)).rejects.toThrow('cut off')
  written = false
  expect(await subscribed(chatRoomId)).toEqual([['c1=', 'join-1']])
})

test('a join of a member subscribes on the membership that is there', async () => {
  const chatRoomId = unique('room')
  await addMember(membershipOf(chatRoomId))
  expect(await join(membershipOf(chatRoomId, 'join-2'), session)).toBe(true)
  expect(await subscribed(chatRoomId)).toEqual([['c1=', 'join-1']])
})

test('a session that has moved while its user joined is subscribed at its next connection', async () => {
  const chatRoomId = unique('room')
  await putSession({ ...session, sessionKey: 'tab', connectionId: 'c2=' })
  expect(await join(membershipOf(chatRoomId), { ...session, sessionKey: 'tab' })).toBe(true)
  expect(await subscribed(chatRoomId)).toEqual([['c2=', 'join-1']])
})

test('who has left is not subscribed, however late that is tried', async () => {
  const chatRoomId = unique('room')
  await addMember(membershipOf(chatRoomId))
  await removeMember(membershipOf(chatRoomId), Date.now())
  expect(await stayIn(membershipOf(chatRoomId), session)).toBe(false)
  expect(await subscribed(chatRoomId)).toEqual([])
})

test('a second run that completes a room puts back nobody who has left since the first', async () => {
  const room = { chatRoomId: unique('room'), createdBy: 'eve', createdAt: 1 }
  await completeRoom(room, [userId, 'bob'])
  await removeMember((await getMembership(room.chatRoomId, userId))!, Date.now())
  await completeRoom(room, [userId, 'bob'])
  expect(await getMembership(room.chatRoomId, userId)).toBeUndefined()
  expect(await getMembership(room.chatRoomId, 'bob')).toBeDefined()
  const { rooms } = await roomsOfUser(userId, { limit: 1_000 })
  expect(rooms.map(({ chatRoomId }) => chatRoomId)).not.toContain(room.chatRoomId)
})

test('who was named when the room was made may act before their row is written, and may leave for good', async () => {
  const room = { chatRoomId: unique('room'), roomName: 'Room', createdBy: 'eve', createdAt: 1 }
  await ChatRoom.put({ ...room, setup: 'pending', pendingMembers: [userId, 'bob'] }).go()
  const ada = callerOf(userId)
  expect(await admitSender(ada, room.chatRoomId, Date.now())).toMatchObject({ standing: 'member' })
  await removeMember((await membershipIn(room.chatRoomId, userId))!, Date.now())
  await completeRoom(room, [userId, 'bob'])
  await expect(admitSender(ada, room.chatRoomId, Date.now())).rejects.toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
})
