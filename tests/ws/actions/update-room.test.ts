import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { ChatRoom } from '../../../src/entities/chat-room.ts'
import { noteMemberCount } from '../../../src/entities/chat-room-details.ts'
import { client } from '../../../src/entities/table.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { updateRoom } from '../../../src/ws/actions/update-room.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { callerOf } from '../../support/caller.ts'
import { intercept } from '../../support/intercept.ts'
import { unique } from '../../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function givenRoom() {
  const [ada, chatRoomId] = [callerOf(unique('ada')), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [unique('bob')] }, ada)
  const update = (topic: string, ifVersion: number) =>
    updateRoom.handle({ action: 'updateRoom', chatRoomId, topic, ifVersion }, ada)
  return { chatRoomId, update }
}

test('a change whose caller can’t be told the number of members isn’t made, so that it can be repeated', async () => {
  const { update } = await givenRoom()
  let isBusy = true
  intercept(client, async ({ operation }, send) => {
    if (operation === 'Query' && isBusy) {
      throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' })
    }
    return send()
  })
  await expect(update('Bells', 0)).rejects.toThrow('slow down')
  isBusy = false
  expect(await update('Bells', 0)).toMatchObject({ room: { topic: 'Bells', version: 1, memberCount: 2 } })
})

test('the members of a large room are not counted for its change', async () => {
  const { chatRoomId, update } = await givenRoom()
  await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go()
  await noteMemberCount(chatRoomId, 4_321)
  expect(await update('Bells', 0)).toMatchObject({ room: { version: 1, memberCount: 4_321 } })
})
