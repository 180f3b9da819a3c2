import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { getDetails } from '../../src/entities/chat-room-details.ts'
import { client } from '../../src/entities/table.ts'
import { createRoom } from '../../src/ws/actions/create-room.ts'
import { pinMessage } from '../../src/ws/actions/pin-message.ts'
import { sendMessage } from '../../src/ws/actions/send-message.ts'
import { updateRoom } from '../../src/ws/actions/update-room.ts'
import { loadStack } from '../../terraform/stack.ts'
import { callerOf } from '../support/caller.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function givenRoom() {
  const [ada, chatRoomId] = [unique('ada'), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [] }, callerOf(ada))
  const pin = async (content: string) => {
    const { messageId } = await sendMessage.handle({ action: 'sendMessage', chatRoomId, content }, callerOf(ada))
    return pinMessage.handle({ action: 'pinMessage', chatRoomId, messageId }, callerOf(ada))
  }
  const rename = (roomName: string, ifVersion?: number) =>
    updateRoom.handle({ action: 'updateRoom', chatRoomId, roomName, ...(ifVersion && { ifVersion }) }, callerOf(ada))
  return { chatRoomId, pin, rename }
}

/** Lets somebody else change the room before each of the next `times` transactions that change it. */
function changedBefore(times: number, change: () => Promise<unknown>): void {
  let [left, isChanging] = [times, false]
  intercept(client, async ({ operation }, send) => {
    if (operation === 'TransactWriteItems' && left > 0 && !isChanging) {
      isChanging = true
      left--
      await change()
      isChanging = false
    }
    await send()
  })
}

test('a change that others come before seven times is made all the same, and undoes none of theirs', async () => {
  const { chatRoomId, rename, pin } = await givenRoom()
  changedBefore(7, () => rename(unique('Room')))
  await pin('hello')
  expect(await getDetails(chatRoomId)).toMatchObject({ changes: 8, pins: [expect.any(String)] })
})

test('a change that others always come before can be tried again', async () => {
  const { rename, pin } = await givenRoom()
  await pin('hello')
  changedBefore(Infinity, () => rename(unique('Room')))
  await expect(rename('Mine')).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
    message: 'unable to change the room; others change it all the time',
  })
  await expect(pin('hello')).rejects.toMatchObject({
    code: 'unavailable',
    message: 'unable to change the pins; others change the room all the time',
  })
})

test('a change to a version that is no longer the room’s is a conflict', async () => {
  const { rename } = await givenRoom()
  await rename('First')
  await rename('Second', 1)
  await expect(rename('Third', 1)).rejects.toMatchObject({
    code: 'conflict',
    message: 'unable to change the room; others have changed it meanwhile',
  })
})
