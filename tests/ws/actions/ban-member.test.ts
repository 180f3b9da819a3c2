import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { openJobs } from '../../../src/entities/job.ts'
import { banMember } from '../../../src/ws/actions/ban-member.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { callerOf } from '../../support/caller.ts'
import { unique } from '../../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

test('a ban that is in force already queues the deletion of what was said once an hour, however often it is asked for', async () => {
  const [ada, bob, chatRoomId] = [unique('ada'), unique('bob'), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [bob] }, callerOf(ada))
  const ban = (deleteMessagesSeconds: number) =>
    banMember.handle({ action: 'banMember', chatRoomId, userId: bob, deleteMessagesSeconds }, callerOf(ada))
  const jobs = async () => (await openJobs(100)).filter(({ args }) => args.includes(chatRoomId)).length
  await ban(60)
  expect(await jobs()).toBe(1)
  for (let i = 0; i < 3; i++) await ban(60)
  expect(await jobs()).toBe(2)
  await ban(600)
  expect(await jobs()).toBe(3)
})
