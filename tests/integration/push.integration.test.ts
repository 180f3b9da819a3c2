import { afterEach, expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({
  bus: { subscribers: [] },
  environment: { PUSH: 'previews' },
  followups: { maximumBatchingWindowInSeconds: 0 },
})
const { ChatRoom } = await entitiesOf(chat)
afterEach(() => expect(chat.followupFailures.records).toEqual([]))

interface Push {
  messageId: string
  reason: string
  preview?: string
  userIds: string[]
}

const told = async () => {
  await settled(chat)
  await chat.followups.idle()
}

/** Returns whom a message is to wake, and why: `bob-1234: mention`, without what makes names unique. */
async function wokenIn(room: string, messageId: string): Promise<Record<string, string>> {
  await told()
  const pushes = chat
    .bus!.entries.filter(({ DetailType }) => DetailType === 'push.wanted')
    .map(({ Detail }) => JSON.parse(Detail) as Push & { chatRoomId: string })
    .filter((one) => one.chatRoomId === room && one.messageId === messageId)
  const reasons = pushes.flatMap(({ reason, userIds }) => userIds.map((id) => [id.split('-')[0]!, reason] as const))
  expect(new Set(reasons.map(([name]) => name)).size).toBe(reasons.length)
  return Object.fromEntries(reasons)
}

test('a message wakes by level: all, mentions, none, and what has ended is all again; never its sender', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cara', 'dan', 'eve')
  const [ada, , cara, dan, eve] = clients
  const choose = (client: typeof ada, level: 'mentions' | 'none', more = {}) =>
    client.request({ action: 'setNotifications', chatRoomId: room, level, ...more })
  await choose(cara, 'mentions')
  await choose(dan, 'none')
  await choose(eve, 'none', { until: Date.now() - 1 })
  const say = async (more = {}) =>
    (await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'x'.repeat(150), ...more })).messageId
  expect(await wokenIn(room, await say())).toEqual({ bob: 'message', eve: 'message' })
  expect(await wokenIn(room, await say({ mentions: [userIds[2], userIds[3]] }))).toEqual({
    bob: 'message',
    cara: 'mention',
    eve: 'message',
  })
  expect(await wokenIn(room, await say({ mentionRoom: true }))).toEqual({
    bob: 'mention',
    cara: 'mention',
    eve: 'mention',
  })
  const details = chat.bus!.entries.filter(({ DetailType }) => DetailType === 'push.wanted').map(({ Detail }) => Detail)
  expect(JSON.parse(details.at(-1)!)).toMatchObject({ preview: 'x'.repeat(100), kind: 'text', senderId: userIds[0] })
})

test('who has just read and is connected is left out; who has read and gone is not', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'cara')
  const [ada, bob, cara] = clients
  const say = async () => (await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })).messageId
  await say()
  for (const client of [bob, cara]) await client.request({ action: 'markRead', reads: { [room]: 1 } })
  await cara.close()
  await told()
  expect(await wokenIn(room, await say())).toEqual({ cara: 'message' })
})

test('who has read it already, on another device, is not woken; a reply is read in its thread', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cara')
  const [ada, bob] = clients
  const say = async (more = {}) =>
    (await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello', ...more })).messageId
  // A read marker that is ahead, so that the messages are read before their records arrive. Nobody is connected.
  await bob.request({ action: 'markRead', reads: { [room]: 2 } })
  await bob.close()
  await settled(chat)
  const threadId = await say()
  expect(await wokenIn(room, threadId)).toEqual({ cara: 'message' })
  expect(await wokenIn(room, await say({ mentionRoom: true }))).toEqual({ cara: 'mention' })
  expect(await wokenIn(room, await say())).toEqual({ bob: 'message', cara: 'message' })
  const phone = await online(chat, userIds[1])
  await phone.request({ action: 'followThread', chatRoomId: room, threadId, following: true })
  await phone.request({ action: 'markRead', reads: { [room]: 100 } })
  await phone.close()
  await settled(chat)
  expect(await wokenIn(room, await say({ threadId }))).toEqual({ bob: 'thread' })
})

test('whoever is shown out or banned from the deployment is woken no more, until they are let in again', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cara', 'dan')
  const [ada] = clients
  const backend = await givenBackend(chat, 'shop')
  const say = async () => (await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })).messageId
  await backend.request('banUser', { userId: userIds[1] })
  await ada.request({ action: 'banMember', chatRoomId: room, userId: userIds[2] })
  expect(await wokenIn(room, await say())).toEqual({ dan: 'message' })
  await backend.request('unbanUser', { userId: userIds[1] })
  expect(await wokenIn(room, await say())).toEqual({ bob: 'message', dan: 'message' })
})

test('whoever joins after a message is not woken for it, however late that is found out', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada] = clients
  const zoeId = unique('zoe')
  const say = async () => {
    const said = { chatRoomId: room, content: 'hello', mentions: [zoeId] }
    return (await ada.request({ action: 'sendMessage', ...said })).messageId
  }
  chat.followups.pause()
  const before = await say()
  await ada.request({ action: 'addMembers', chatRoomId: room, userIds: [zoeId] })
  chat.followups.resume()
  expect(await wokenIn(room, before)).toEqual({ bob: 'message' })
  expect(await wokenIn(room, await say())).toEqual({ bob: 'message', zoe: 'mention' })
})

test('a reply in a thread wakes who follows it, one for the room as well the others too', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'cara', 'dan')
  const [ada, bob, cara, dan] = clients
  const { messageId: threadId } = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'root' })
  const reply = async (client: typeof ada, more = {}) =>
    (await client.request({ action: 'sendMessage', chatRoomId: room, content: 'hello', threadId, ...more })).messageId
  await reply(bob)
  await dan.request({ action: 'followThread', chatRoomId: room, threadId, following: true })
  await ada.request({ action: 'followThread', chatRoomId: room, threadId, following: false })
  await told()
  expect(await wokenIn(room, await reply(cara))).toEqual({ bob: 'thread', dan: 'thread' })
  expect(await wokenIn(room, await reply(cara, { inRoom: true }))).toEqual({
    ada: 'message',
    bob: 'thread',
    dan: 'thread',
  })
})

test('an edit wakes those that it newly mentions, and nobody who is in no such room', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cara')
  const [ada] = clients
  await online(chat, 'stranger-1')
  const say = { action: 'sendMessage', chatRoomId: room, content: 'hello', mentions: [userIds[1]] } as const
  const { messageId } = await ada.request(say)
  await told()
  const before = chat.bus!.entries.length
  const mentions = [userIds[1], userIds[2], 'stranger-1']
  await ada.request({ action: 'editMessage', chatRoomId: room, messageId, content: 'hello, all', mentions })
  await told()
  const pushes = chat.bus!.entries.slice(before).filter(({ DetailType }) => DetailType === 'push.wanted')
  expect(pushes.map(({ Detail }) => (JSON.parse(Detail) as Push).userIds)).toEqual([[userIds[2]]])
})

test('in a huge room only who is mentioned or in the thread is woken, and the whole room can’t be mentioned', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cara', 'dan')
  const [ada, bob, cara] = clients
  await ChatRoom.patch({ chatRoomId: room }).set({ size: 'h' }).go()
  const say = async (client: typeof ada, more = {}) =>
    (await client.request({ action: 'sendMessage', chatRoomId: room, content: 'hello', ...more })).messageId
  expect(await wokenIn(room, await say(ada))).toEqual({})
  const threadId = await say(ada, { mentionRoom: true, mentions: [userIds[3]] })
  expect(await wokenIn(room, threadId)).toEqual({ dan: 'mention' })
  await say(bob, { threadId })
  await told()
  expect(await wokenIn(room, await say(cara, { threadId }))).toEqual({ ada: 'thread', bob: 'thread' })
})
