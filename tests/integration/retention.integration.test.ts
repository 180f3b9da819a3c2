import { expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { expire } from '../support/expire.ts'
import { settledAfter } from '../support/runtime.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ followups: { maximumBatchingWindowInSeconds: 0 } })

test('complaints 21 and 22: with an old message go its file, reactions, mentions and pin; younger replies stay', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const of = { chatRoomId: room }
  const { room: details } = await ada.request({ action: 'updateRoom', ...of, settings: { retentionDays: 30 } })
  expect(details.settings.retentionDays).toBe(30)
  expect((await sendForm(await givenUpload(ada, room, { mentions: [userIds[1]] }), png)).status).toBe(204)
  const { file, messageId } = await bob.event('message', ({ kind }) => kind === 'file')
  await bob.request({ action: 'addReaction', ...of, messageId, reaction: '👍' })
  await ada.request({ action: 'pinMessage', ...of, messageId })
  await bob.request({ action: 'sendMessage', ...of, content: 'a reply', threadId: messageId })
  await settledAfter(chat)
  const stored = async (): Promise<Item[]> =>
    (await scan(chat)).filter((item) => JSON.stringify(item).includes(room) && item.__edb_e__ !== 'Audit')
  const row = (await stored()).find((item) => item.__edb_e__ === 'Message' && item.MessageId === messageId)!
  const days = ((row.expiresAt as number) * 1_000 - (row.Timestamp as number)) / 86_400_000
  expect(days).toBeCloseTo(30, 4)
  expect((await fetch(file!.fileUrl)).status).toBe(200)

  await expire(chat, row)
  await settledAfter(chat)
  const left = (await stored()).filter(({ MessageId }) => MessageId === messageId)
  expect(left.map(({ __edb_e__ }) => __edb_e__)).toEqual([])
  expect(
    (await stored()).filter(({ __edb_e__ }) => ['Upload', 'Mention', 'Reaction'].includes(String(__edb_e__))),
  ).toEqual([])
  expect((await fetch(file!.fileUrl)).status).toBe(404)
  expect((await ada.request({ action: 'getRoom', ...of })).room.pins).toEqual([])
  const { messages } = await ada.request({ action: 'getHistory', ...of, threadId: messageId })
  expect(messages.map(({ content }) => content)).toEqual(['a reply'])

  await ada.request({ action: 'updateRoom', ...of, settings: { retentionDays: null } })
  const { messageId: kept } = await ada.request({ action: 'sendMessage', ...of, content: 'for good' })
  expect((await stored()).find(({ MessageId }) => MessageId === kept)).not.toHaveProperty('expiresAt')
})

test('complaint 25: a backend knows no edit window, slow mode or gate', async () => {
  const backend = await givenBackend(chat, 'bot')
  const { room, clients } = await givenRoom(chat, 'ada')
  const settings = { editWindowSeconds: 0, slowModeSeconds: 60, post: 'moderator' }
  const { messageId } = await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'one' })
  await clients[0].request({ action: 'updateRoom', chatRoomId: room, settings })
  await clients[0].request({ action: 'closeRoom', chatRoomId: room, closed: true })
  const edit = { chatRoomId: room, messageId, content: 'two' }
  expect((await clients[0].refused({ action: 'editMessage', ...edit })).code).toBe('room_closed')
  expect(await backend.request('editMessage', edit)).toMatchObject({ changed: true })
  for (const content of ['three', 'four']) await backend.request('sendMessage', { chatRoomId: room, content })
})
