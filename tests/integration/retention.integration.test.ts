import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { expire } from '../support/expire.ts'
import { settledAfter } from '../support/runtime.ts'
import { type Item, itemsOf, scan } from '../support/table-scan.ts'
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
  // A thread whose root is deleted continues by its id, but can't be followed any more.
  await bob.request({ action: 'sendMessage', ...of, content: 'another', threadId: messageId })
  await bob.request({ action: 'followThread', ...of, threadId: messageId, following: false })
  const nothing = { ...of, threadId: '0000000000009999' }
  expect((await bob.refused({ action: 'sendMessage', ...nothing, content: 'x' })).code).toBe('message_not_found')

  await ada.request({ action: 'updateRoom', ...of, settings: { retentionDays: null } })
  const { messageId: kept } = await ada.request({ action: 'sendMessage', ...of, content: 'for good' })
  expect((await stored()).find(({ MessageId }) => MessageId === kept)).not.toHaveProperty('expiresAt')
})

test('complaint 20: what is past its time is shown by no reader, and nobody acts upon it, while TTL is late', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const of = { chatRoomId: room }
  await ada.request({ action: 'updateRoom', ...of, settings: { retentionDays: 30 } })
  expect((await sendForm(await givenUpload(ada, room), png)).status).toBe(204)
  const { messageId } = await bob.event('message', ({ kind }) => kind === 'file')
  await bob.request({ action: 'addReaction', ...of, messageId, reaction: '👍' })
  await ada.request({ action: 'pinMessage', ...of, messageId })
  await ada.request({ action: 'sendMessage', ...of, content: 'young' })
  await bob.request({ action: 'sendMessage', ...of, content: 'a reply', threadId: messageId })
  await settledAfter(chat)

  /** Returns what bob sees: texts, the file, its thread, its pin, and the number of unread messages. */
  const shown = async () => {
    const { messages } = await bob.request({ action: 'getHistory', ...of })
    const { changes } = await bob.request({ action: 'getChanges', ...of, after: 0 })
    const { threads } = await bob.request({ action: 'getThreads' })
    const [unread] = Object.values((await bob.request({ action: 'getUnread', heads: { [room]: 3 } })).rooms)
    return {
      history: messages.map(({ seq }) => seq),
      recovered: (await bob.request({ action: 'joinRoom', ...of, lastSeq: 0 })).events.map(({ seq }) => seq),
      byId: (await bob.request({ action: 'getMessages', ...of, messageIds: [messageId] })).messages.length,
      changed: changes.some((change) => change.event === 'messageUpdated' && change.message.messageId === messageId),
      pins: (await bob.request({ action: 'getRoom', ...of })).room.pins,
      rootIsGone: threads.map(({ root }) => root.deleted !== undefined),
      unread: unread?.count,
    }
  }
  const all = { history: [1, 2, 3], recovered: [1, 2, 3], byId: 1, changed: true, pins: [messageId] }
  expect(await shown()).toEqual({ ...all, rootIsGone: [false], unread: 2 })

  const stored = await itemsOf(chat, 'Message')
  const row = stored.find((item) => item.ChatRoomId === room && item.MessageId === messageId)!
  await chat.dynamodb.send(
    new UpdateItemCommand({
      TableName: chat.tableName,
      Key: { pk: { S: row.pk as string }, sk: { S: row.sk as string } },
      UpdateExpression: 'SET #at = :past',
      ExpressionAttributeNames: { '#at': 'Timestamp' },
      ExpressionAttributeValues: { ':past': { N: String(Date.now() - 31 * 86_400_000) } },
    }),
  )
  const young = { history: [2, 3], recovered: [2, 3], byId: 0, changed: false, pins: [] }
  expect(await shown()).toEqual({ ...young, rootIsGone: [true], unread: 1 })
  for (const frame of [
    { action: 'getFileUrl' },
    { action: 'editMessage', content: 'another caption' },
    { action: 'deleteMessage' },
    { action: 'addReaction', reaction: '🎉' },
    { action: 'getReactions' },
    { action: 'pinMessage' },
    { action: 'reportMessage', reason: 'spam' },
  ]) {
    expect((await ada.refused({ ...frame, ...of, messageId })).code, frame.action).toBe('message_not_found')
  }
  await settledAfter(chat)
  const heard = bob.events.length
  await ada.request({ action: 'unpinMessage', ...of, messageId })
  await settledAfter(chat)
  expect(bob.events.slice(heard).map(({ event }) => event)).toContain('changesSkipped')
  expect(JSON.stringify(bob.events.slice(heard))).not.toContain('fileUrl')
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
