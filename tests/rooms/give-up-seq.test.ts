import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { getRoom, nextSeq, takeBackSeq } from '../../src/entities/chat-room.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { messageIdOf, putMessage } from '../../src/entities/message.ts'
import { giveUpSeq } from '../../src/rooms/give-up-seq.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { ownSession } from '../support/subscribe-rows.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function storedRoom(): Promise<string> {
  const chatRoomId = unique('room')
  const session = ownSession({ userId: 'ada', connectionId: 'c=', expiresAt: 0 })
  await createRoom({ chatRoomId, roomName: 'A room', createdBy: 'ada', createdAt: 0, members: ['ada'], session })
  return chatRoomId
}

const keep = (chatRoomId: string, seq: number) =>
  putMessage({
    chatRoomId,
    messageId: messageIdOf(seq),
    kind: 'text',
    senderId: 'ada',
    content: 'hello',
    timestamp: Date.now(),
  })

test('the newest number that no message uses is handed out again, so that no hole stays', async () => {
  const room = await storedRoom()
  expect((await nextSeq(room, Date.now())).seq).toBe(1)
  await giveUpSeq(room, { seq: 1 }, Date.now())
  expect((await getRoom(room))?.headSeq).toBe(0)
  expect((await nextSeq(room, Date.now())).seq).toBe(1)
  expect(await keep(room, 1)).toBe('kept')
})

test('a number with later ones above it is sealed: nothing will ever stand there', async () => {
  const room = await storedRoom()
  await nextSeq(room, Date.now())
  await nextSeq(room, Date.now())
  await giveUpSeq(room, { seq: 1 }, Date.now())
  expect((await getRoom(room))?.headSeq).toBe(2)
  expect(await keep(room, 1)).toBe('sealed')
  expect(await keep(room, 2)).toBe('kept')
})

test('a request to take a number back that is repeated after the number was drawn again changes nothing', async () => {
  const room = await storedRoom()
  const drawn = await nextSeq(room, 1_000)
  await giveUpSeq(room, drawn, 1_000)
  expect(await nextSeq(room, 2_000)).toMatchObject({ seq: drawn.seq })
  expect(await takeBackSeq(room, drawn)).toBe(false)
})
