import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

const stored = async (room: string): Promise<Item[]> =>
  (await scan(chat)).filter((item) => JSON.stringify(item).includes(room))

const entitiesIn = (items: Item[]) => [...new Set(items.map((item) => item.__edb_e__))].sort()

async function fileIn(room: string, client: RawClient): Promise<string> {
  const form = await givenUpload(client, room)
  expect((await sendForm(form, png)).status).toBe(204)
  const { file } = await client.event('message', ({ chatRoomId, kind }) => chatRoomId === room && kind === 'file')
  return file!.fileUrl
}

test('a room that is deleted is gone from the table and the bucket, and each member is told once and no more', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob', 'zoe')
  const [ada, bob] = clients
  const say = (client: RawClient, content: string) =>
    client.request({ action: 'sendMessage', chatRoomId: room, content, clientMessageId: content })
  await Promise.all([say(ada, 'one'), say(bob, 'two')])
  await ada.request({ action: 'updateRoom', chatRoomId: room, topic: 'Tea' })
  await ada.request({ action: 'createInvite', chatRoomId: room })
  await ada.request({ action: 'banMember', chatRoomId: room, userId: unique('mal') })
  await bob.request({ action: 'typingIndicator', chatRoomId: room })
  const url = await fileIn(room, ada)
  expect((await fetch(url)).status).toBe(200)
  const pending = await givenUpload(ada, room)
  await settled(chat)

  await ada.request({ action: 'deleteRoom', chatRoomId: room })
  const removed = { event: 'removed', chatRoomId: room, reason: 'roomDeleted' }
  await Promise.all(clients.map((client) => client.event('removed')))
  await settled(chat)
  await chat.schedules.idle()
  await settled(chat)
  // An upload waits for a file that may still arrive. The rest expires, or is deleted when everybody has the event.
  const left = ['ChatRoom', 'Connection', 'Invite', 'Job', 'Subscription', 'Upload']
  expect(entitiesIn(await stored(room))).toEqual(left)
  expect((await fetch(url)).status).toBe(404)
  for (const client of clients) {
    expect(client.events.at(-1)).toEqual(removed)
    expect(client.events.filter(({ event }) => event === 'removed')).toHaveLength(1)
  }
  // The form is still valid, but a file that arrives with it now belongs to no message.
  expect((await sendForm(pending, png)).status).toBe(204)
  await chat.bucket.idle()
  await ada.request({ action: 'ping' })
  expect(ada.events.at(-1)).toEqual(removed)
  for (const [i, userId] of userIds.entries()) {
    expect((await clients[i]!.request({ action: 'listRooms' })).rooms).toEqual([])
    expect((await (await online(chat, userId)).request({ action: 'sync' })).rooms).toEqual([])
  }
  expect(await ada.refused({ action: 'createRoom', chatRoomId: room, roomName: 'Mine' })).toMatchObject({
    code: 'conflict',
    message: 'unable to create the room; its id is taken',
  })
})
