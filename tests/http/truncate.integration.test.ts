import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { clientOf } from '../client/online.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { settledAfter, unique } from '../support/runtime.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ followups: { maximumBatchingWindowInSeconds: 0 } })
const backend = await givenBackend(chat, 'shop')

const settle = () => settledAfter(chat)

const truncate = async (chatRoomId: string, before: number) =>
  (await backend.request('truncateRoom', { chatRoomId, before })).jobId as string

const contentsOf = ({ messages }: { messages: { content: string }[] }) => messages.map(({ content }) => content)

/** Creates a room in which ada has sent four messages and bob a reply to the second. The third is a file. */
async function givenTalk() {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const say = (client: RawClient, content: string, more = {}) =>
    client.request({ action: 'sendMessage', chatRoomId: room, content, clientMessageId: content, ...more })
  const first = await say(ada, 'first', { mentions: [userIds[1]] })
  const root = await say(ada, 'root')
  expect((await sendForm(await givenUpload(ada, room, { clientMessageId: 'file' }), png)).status).toBe(204)
  const { file } = await bob.event('message', ({ kind }) => kind === 'file')
  const reply = await say(bob, 'reply', { threadId: root.messageId })
  await say(ada, 'last', { mentions: [userIds[1]] })
  await bob.request({ action: 'addReaction', chatRoomId: room, messageId: first.messageId, reaction: '👍' })
  await ada.request({ action: 'pinMessage', chatRoomId: room, messageId: first.messageId })
  await settle()
  return { room, ada, bob, userIds, first, root, reply, url: file!.fileUrl }
}

/** Sets directly where a room's history begins. */
const hideBefore = (room: string, before: number) =>
  chat.dynamodb.send(
    new UpdateItemCommand({
      TableName: chat.tableName,
      Key: { pk: { S: `$tabletalk#chatRoomId_${room}` }, sk: { S: '$roster#ChatRoom_1' } },
      UpdateExpression: 'SET FirstSeq = :before',
      ExpressionAttributeValues: { ':before': { N: String(before) } },
    }),
  )

const stored = async (room: string): Promise<Item[]> =>
  (await scan(chat)).filter((item) => JSON.stringify(item).includes(room))

test('what was said before a message is shown to nobody from the reply on, and then deleted with all that hangs on it', async () => {
  const { room, ada, bob, first, root, reply, url } = await givenTalk()
  const of = { chatRoomId: room }
  const { rev: headRev = 0 } = ada.events.filter((event) => 'rev' in event).at(-1) as { rev?: number }
  // As the action does, before any job runs.
  await hideBefore(room, 4)
  expect(contentsOf(await ada.request({ action: 'getHistory', ...of }))).toEqual(['reply', 'last'])
  expect(contentsOf(await ada.request({ action: 'getHistory', ...of, after: 0 }))).toEqual(['reply', 'last'])
  const ids = [first, root, reply].map(({ messageId }) => messageId)
  expect(contentsOf(await ada.request({ action: 'getMessages', ...of, messageIds: ids }))).toEqual(['reply'])
  expect((await ada.request({ action: 'getRoom', ...of })).room.pins).toEqual([])
  const { mentions } = await bob.request({ action: 'getMentions' })
  expect(mentions.filter(({ chatRoomId }) => chatRoomId === room)).toMatchObject([{ seq: 5 }])
  // One mention of ada's is left, and the reply is bob's own.
  const { rooms } = await bob.request({ action: 'getUnread', heads: { [room]: 5 } })
  expect(rooms[room]).toEqual({ readSeq: 3, count: 1, exact: true, mentions: 1 })
  for (const action of ['getFileUrl', 'editMessage', 'deleteMessage', 'addReaction', 'pinMessage']) {
    const more = { editMessage: { content: 'x' }, addReaction: { reaction: '👍' } }[action]
    const refused = await ada.refused({ action, ...of, messageId: first.messageId, ...more })
    expect(refused, action).toMatchObject({ code: 'message_not_found' })
  }
  const synced = await ada.request({ action: 'sync', rooms: { [room]: 0 } })
  const gap = synced.rooms.find(({ chatRoomId }) => chatRoomId === room)
  expect(gap).toMatchObject({ recovered: true, events: [{ content: 'reply' }, { content: 'last' }] })

  const jobId = await truncate(room, 4)
  await settle()
  const cleared = { event: 'historyCleared', chatRoomId: room, before: 4 }
  for (const client of [ada, bob]) expect(client.events).toContainEqual(expect.objectContaining(cleared))
  const { changes } = await ada.request({ action: 'getChanges', ...of, after: headRev })
  expect(changes).toContainEqual(expect.objectContaining(cleared))
  // The job checks once more after a minute.
  expect(await backend.request('getJob', { jobId })).toEqual({
    jobId,
    kind: 'truncateRoom',
    state: 'running',
    done: 3,
  })

  const items = await stored(room)
  const kept = items.filter(({ MessageId, ThreadId }) => [MessageId, ThreadId].includes(first.messageId))
  expect(kept.map(({ __edb_e__ }) => __edb_e__)).toEqual(['SendGuard', 'Audit'])
  expect(items.filter(({ __edb_e__ }) => __edb_e__ === 'Message')).toHaveLength(2)
  expect(items.filter(({ __edb_e__ }) => __edb_e__ === 'Upload')).toEqual([])
  expect(items.find(({ ClientMessageId }) => ClientMessageId === 'first')).toMatchObject({ ContentHash: '' })
  expect((await fetch(url)).status).toBe(404)
})

test('complaint 6: what was cleared and is sent once more, with whatever content, stays away', async () => {
  const { room, ada, first } = await givenTalk()
  await truncate(room, 6)
  await settle()
  const again = { action: 'sendMessage', chatRoomId: room, clientMessageId: 'first' } as const
  for (const content of ['first', 'other']) {
    expect(await ada.request({ ...again, content })).toMatchObject({ messageId: first.messageId, duplicate: true })
  }
  expect(contentsOf(await ada.request({ action: 'getHistory', chatRoomId: room }))).toEqual([])
  await ada.request({ ...again, clientMessageId: 'next', content: 'next' })
  expect(contentsOf(await ada.request({ action: 'getHistory', chatRoomId: room }))).toEqual(['next'])
})

test('complaint 22: a thread whose root is gone goes on by its id, with its young replies', async () => {
  const { room, ada, bob, root } = await givenTalk()
  await truncate(room, 3)
  const threadId = root.messageId
  for (let i = 0; i < 2; i++) {
    expect(contentsOf(await ada.request({ action: 'getHistory', chatRoomId: room, threadId }))).toEqual(['reply'])
    const { threads } = await bob.request({ action: 'getThreads' })
    const shown = threads.filter(({ chatRoomId }) => chatRoomId === room)
    expect(shown).toMatchObject([{ root: { messageId: threadId, content: '', senderId: 'unknown' } }])
    await settle()
  }
  expect((await ada.refused({ action: 'getHistory', chatRoomId: room, threadId: '0000000000000001' })).code).toBe(
    'message_not_found',
  )
})

test('a client of the SDK drops what was cleared, connected or away', async () => {
  const { room, userIds } = await givenTalk()
  const [here, away] = userIds.map((userId) => clientOf(chat, userId))
  const clients = [here!, away!]
  for (const client of clients) {
    await client.connect()
    await client.room(room).history()
    expect(client.room(room).messages).toHaveLength(4)
  }
  away!.disconnect()
  await truncate(room, 5)
  await settle()
  expect(here!.room(room).messages.map(({ content }) => content)).toEqual(['last'])
  await away!.connect()
  expect(away!.room(room).messages.map(({ content }) => content)).toEqual(['last'])
})

test('a room or job that is none is refused, and truncating twice or beyond the head is not', async () => {
  const { room, ada } = await givenTalk()
  expect(await backend.ask('truncateRoom', { chatRoomId: unique('none'), before: 1 })).toMatchObject({
    status: 403,
    error: { code: 'not_a_member', message: 'unable to act in this room; the user is not a member' },
  })
  expect(await backend.ask('getJob', { jobId: '1800000000000-AAAAAAAA' })).toMatchObject({
    status: 400,
    error: { code: 'invalid_request', message: 'unable to show the job; there is none' },
  })
  const jobs: string[] = []
  for (const before of [3, 3, 2, 1_000, 1, 3]) {
    jobs.push(await truncate(room, before))
    await settle()
  }
  const [third, all] = [jobs[0]!, jobs[3]!]
  expect(jobs).toEqual([third, third, third, all, all, all])
  expect(contentsOf(await ada.request({ action: 'getHistory', chatRoomId: room }))).toEqual([])
  const { entries } = await backend.request('getAudit', { chatRoomId: room })
  const noted = entries as { action: string; by: string; messageId: string }[]
  expect(noted.filter(({ action }) => action === 'truncate')).toMatchObject([
    { by: 'shop', messageId: '0000000000000006' },
    { by: 'shop', messageId: '0000000000000003' },
  ])
  const cleared = ada.events.flatMap((event) => (event.event === 'historyCleared' ? [event.before] : []))
  expect(new Set(cleared)).toEqual(new Set([3, 6]))
  const { changes } = await ada.request({ action: 'getChanges', chatRoomId: room, after: 0 })
  expect(new Set(changes.flatMap((one) => (one.event === 'historyCleared' ? [one.before] : [])))).toEqual(
    new Set([3, 6]),
  )
})
