import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { type Action, actions } from '../../src/protocol/actions.ts'
import type { ServerFrame } from '../../src/protocol/frames.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { scan } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ followups: { maximumBatchingWindowInSeconds: 0 } })

await entitiesOf(chat)
const { nextSeq } = await import('../../src/entities/chat-room.ts')
const { messageIdOf } = await import('../../src/entities/message.ts')

/** Waits for what follows from the messages, and for all posts. */
async function settle(): Promise<void> {
  await chat.followups.idle()
  await settled(chat)
}

const say = (client: RawClient, chatRoomId: string, content: string, more = {}) =>
  client.request({ action: 'sendMessage', chatRoomId, content, ...more })

const history = (client: RawClient, chatRoomId: string, more = {}) =>
  client.request({ action: 'getHistory', chatRoomId, ...more })

const contentsOf = ({ messages }: { messages: { content: string }[] }) => messages.map(({ content }) => content)

/** Creates a room of ada, bob and cleo, with a root message of ada. */
async function givenThread() {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cleo')
  const [ada, bob, cleo] = clients
  const { messageId: threadId } = await say(ada, room, 'root')
  const reply = (client: RawClient, content: string, more = {}) => say(client, room, content, { threadId, ...more })
  const threadsOf = async (client: RawClient) => (await client.request({ action: 'getThreads' })).threads
  return { room, ada, bob, cleo, userIds, threadId, reply, threadsOf }
}

describe('a reply', () => {
  test('is an ordinary message, delivered to everybody, with its thread, its quote and whether it is for the room', async () => {
    const { room, ada, bob, threadId, reply } = await givenThread()
    const { messageId, seq } = await reply(bob, 'a reply', { replyTo: threadId, inRoom: true })
    const event = await ada.event('message', (message) => message.seq === seq)
    expect(event).toMatchObject({ messageId, content: 'a reply', threadId, replyTo: threadId, inRoom: true })
    expect((await history(ada, room)).messages.at(-1)).toEqual(event)
  })

  test('is counted at the root without another version of it, and pages apart', async () => {
    const { room, ada, bob, cleo, userIds, threadId, reply } = await givenThread()
    const [, bobId, cleoId] = userIds
    const sent = [await reply(bob, 'one'), await reply(cleo, 'two'), await reply(bob, 'three')]
    await settle()
    const [root] = (await history(ada, room)).messages
    const last = sent[2]!
    expect(root).toMatchObject({
      messageId: threadId,
      thread: { replies: 3, lastSeq: last.seq, lastAt: last.timestamp, lastUserIds: [bobId, cleoId] },
    })
    expect(root).not.toHaveProperty('version')
    const newest = await history(ada, room, { threadId, limit: 2 })
    expect(contentsOf(newest)).toEqual(['two', 'three'])
    expect(newest).toMatchObject({ hasMore: true, nextBefore: sent[1]!.seq })
    const older = await history(ada, room, { threadId, limit: 2, before: newest.nextBefore })
    expect(older).toMatchObject({ messages: [{ content: 'one' }], hasMore: false })
    expect(older).not.toHaveProperty('nextBefore')
    const forwards = await history(ada, room, { threadId, after: 0, limit: 2 })
    expect(contentsOf(forwards)).toEqual(['one', 'two'])
    expect(forwards.nextAfter).toBe(sent[1]!.seq)
  })

  test('that is deleted is counted no more; of a root that is deleted the thread goes on', async () => {
    const { room, ada, bob, threadId, reply, threadsOf } = await givenThread()
    const { messageId } = await reply(bob, 'one')
    await reply(bob, 'two')
    await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    expect(await ada.event('messageDeleted')).toMatchObject({ messageId, threadId })
    await settle()
    expect((await history(ada, room)).messages[0]).toMatchObject({ thread: { replies: 1 } })
    expect(contentsOf(await history(ada, room, { threadId }))).toEqual(['two'])

    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: threadId })
    await reply(bob, 'three')
    await settle()
    expect(contentsOf(await history(ada, room, { threadId }))).toEqual(['two', 'three'])
    const [tombstone] = (await history(ada, room, { include: ['deleted'] })).messages
    expect(tombstone).toMatchObject({ messageId: threadId, content: '', deleted: {}, thread: { replies: 2 } })
    // Complaint 22: the thread is still listed.
    expect(await threadsOf(ada)).toMatchObject([{ root: { messageId: threadId, deleted: {} } }])
  })

  test('that is deleted after its root is counted no more', async () => {
    const { room, ada, bob, cleo, threadId, reply, threadsOf } = await givenThread()
    const { messageId } = await reply(bob, 'one')
    await reply(cleo, 'two')
    await reply(bob, 'three')
    await settle()
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: threadId })
    await settle()
    const counted = async () => {
      const include = ['deleted']
      const [inHistory] = (await history(ada, room, { include })).messages
      const found = (await ada.request({ action: 'getMessages', chatRoomId: room, messageIds: [threadId], include }))
        .messages
      const threads = await threadsOf(ada)
      return [inHistory?.thread?.replies, found[0]?.thread?.replies, threads[0]?.root.thread?.replies]
    }
    expect(await counted()).toEqual([3, 3, 3])
    await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    await settle()
    expect(await counted()).toEqual([2, 2, 2])
  })

  test('is in no thread of a reply, and in none of what is no message', async () => {
    const { room, bob, threadId, reply } = await givenThread()
    const { messageId } = await reply(bob, 'one')
    const send = { action: 'sendMessage', chatRoomId: room, content: 'two' }
    expect(await bob.refused({ ...send, threadId: messageId })).toEqual({
      code: 'invalid_request',
      message: 'unable to find the thread; its root is itself a reply in one',
      retryable: false,
      details: [{ path: 'threadId', problem: 'is a reply in a thread' }],
    })
    const none = '0000000000009999'
    for (const frame of [
      { ...send, threadId: none },
      { ...send, action: 'broadcastMessage', threadId: none },
      {
        action: 'handleFileUpload',
        chatRoomId: room,
        fileName: 'a.txt',
        contentType: 'text/plain',
        size: 1,
        threadId: none,
      },
      { action: 'getHistory', chatRoomId: room, threadId: none },
      { action: 'followThread', chatRoomId: room, threadId: none, following: true },
    ]) {
      expect(await bob.refused(frame)).toEqual({
        code: 'message_not_found',
        message: 'unable to find the thread; there is no such message',
        retryable: false,
      })
    }
    // A quote is an id, whatever happened to the quoted message.
    await say(bob, room, 'three', { replyTo: none })
    await settle()
    expect(contentsOf(await history(bob, room, { threadId }))).toEqual(['one'])
  })

  test('with another thread, quote or mention is other content for its clientMessageId', async () => {
    const { room, bob, threadId, userIds } = await givenThread()
    const named = { clientMessageId: 'c1', threadId, mentions: [userIds[0]] }
    const first = await say(bob, room, 'a reply', named)
    expect(await say(bob, room, 'a reply', named)).toEqual({ ...first, duplicate: true })
    const send = { action: 'sendMessage', chatRoomId: room, content: 'a reply', ...named }
    for (const other of [
      { inRoom: true },
      { replyTo: threadId },
      { threadId: undefined },
      { mentions: [userIds[2]] },
      { mentions: undefined },
      { metadata: { tea: 'green' } },
      { action: 'broadcastMessage' },
    ]) {
      expect(await bob.refused({ ...send, ...other })).toEqual({
        code: 'conflict',
        message: 'unable to send; this clientMessageId was used with other content',
        retryable: false,
      })
    }
  })
})

test("the room's own view leaves out what is in threads only, and says where to go on", async () => {
  const { room, ada, bob, reply } = await givenThread()
  for (let i = 0; i < 60; i++) await reply(bob, `reply ${i}`)
  await reply(bob, 'for all', { inRoom: true })
  const last = await say(ada, room, 'said')
  expect(contentsOf(await history(ada, room, { view: 'room' }))).toEqual(['root', 'for all', 'said'])
  const page = await history(ada, room, { view: 'room', limit: 1 })
  expect(page).toMatchObject({ messages: [{ content: 'said' }], hasMore: true, nextBefore: last.seq })
  const rest = await history(ada, room, { view: 'room', before: page.nextBefore, limit: 2 })
  expect(contentsOf(rest)).toEqual(['root', 'for all'])
  const forwards = await history(ada, room, { view: 'room', after: 0, limit: 2 })
  expect(contentsOf(forwards)).toEqual(['root', 'for all'])
  expect(forwards.nextAfter).toBe(62)
  expect((await history(ada, room)).messages).toHaveLength(50)
})

describe('who follows a thread', () => {
  test('is who started it and who answers, until they say otherwise; the others are unread', async () => {
    const { room, ada, bob, cleo, userIds, threadId, reply, threadsOf } = await givenThread()
    await reply(bob, 'one')
    await reply(bob, 'two')
    await settle()
    expect(await threadsOf(ada)).toMatchObject([
      {
        chatRoomId: room,
        root: { messageId: threadId, content: 'root' },
        readSeq: 0,
        unread: { count: 2, exact: true },
      },
    ])
    expect(await threadsOf(bob)).toMatchObject([{ unread: { count: 0, exact: true } }])
    expect(await threadsOf(cleo)).toEqual([])

    await cleo.request({ action: 'followThread', chatRoomId: room, threadId, following: true })
    expect(await threadsOf(cleo)).toMatchObject([{ unread: { count: 2 } }])
    await ada.request({ action: 'followThread', chatRoomId: room, threadId, following: false })
    await reply(ada, 'three')
    await settle()
    expect(await threadsOf(ada)).toEqual([])
    expect(userIds).toHaveLength(3)
  })

  test('reads it apart from the room, without opening it: complaints 11 and 12', async () => {
    const { room, ada, bob, threadId, reply, threadsOf } = await givenThread()
    const { seq } = await reply(bob, 'one')
    await settle()
    await ada.request({ action: 'markRead', reads: { [room]: seq } })
    expect(await threadsOf(ada)).toMatchObject([{ unread: { count: 1 } }])
    await ada.request({ action: 'markRead', reads: {}, threads: [{ chatRoomId: room, threadId, seq }] })
    expect(await threadsOf(ada)).toMatchObject([{ readSeq: seq, unread: { count: 0, exact: true } }])
    // Stored as it was sent, but limited to the head when it is read.
    await ada.request({ action: 'markRead', reads: {}, threads: [{ chatRoomId: room, threadId, seq: 1_000 }] })
    expect(await threadsOf(ada)).toMatchObject([{ readSeq: seq }])
  })

  test('follows none in a room that they have left', async () => {
    const { room, ada, bob, userIds, reply, threadsOf } = await givenThread()
    await reply(bob, 'one')
    await settle()
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await threadsOf(bob)).toEqual([])
    await settle()
    const states = (await scan(chat)).filter(({ pk }) => pk === `state#${userIds[1]}`)
    expect(states.filter(({ sk }) => String(sk).includes('#'))).toEqual([])
    expect(await threadsOf(ada)).toHaveLength(1)
  })

  test('has none whose replies were all deleted, until somebody replies again', async () => {
    const { room, ada, bob, threadId, reply, threadsOf } = await givenThread()
    const { messageId } = await reply(bob, 'one')
    await settle()
    expect(await threadsOf(ada)).toHaveLength(1)
    await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    await settle()
    expect(await threadsOf(ada)).toEqual([])
    await reply(bob, 'two')
    await settle()
    expect(await threadsOf(ada)).toMatchObject([{ root: { messageId: threadId }, unread: { count: 1 } }])
  })

  test('has them by pages', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    for (let i = 0; i < 21; i++) {
      const { messageId: threadId } = await say(ada, room, `root ${i}`)
      await ada.request({ action: 'followThread', chatRoomId: room, threadId, following: true })
    }
    const first = await ada.request({ action: 'getThreads' })
    const second = await ada.request({ action: 'getThreads', cursor: first.nextCursor })
    const roots = [...first.threads, ...second.threads].map(({ root }) => root.content)
    expect(first.threads).toHaveLength(20)
    expect(roots).toEqual(Array.from({ length: 21 }, (_, i) => `root ${i}`))
    expect(second).not.toHaveProperty('nextCursor')
  })
})

test('the count at a root is what the table has, whatever is sent and deleted at once', async () => {
  const { room, ada, bob, cleo, threadId, reply } = await givenThread()
  const ids: string[] = []
  await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const client = [ada, bob, cleo][i % 3]!
      const { messageId } = await reply(client, `reply ${i}`)
      if (i % 4 === 0) await client.request({ action: 'deleteMessage', chatRoomId: room, messageId })
      else ids.push(messageId)
    }),
  )
  await settle()
  const page = await history(ada, room, { threadId, limit: 100 })
  expect(page.messages.map(({ messageId }) => messageId)).toEqual(ids.sort())
  const [root] = (await history(ada, room, { limit: 100 })).messages
  expect(root).toMatchObject({ messageId: threadId, thread: { replies: ids.length, lastSeq: Number(ids.at(-1)) } })
})

describe('a mention', () => {
  /** Creates a room of ada and bob. Cleo is not a member. */
  async function givenTwo() {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const cleoId = unique('cleo')
    const [ada, bob] = clients
    const mentionsOf = async (client: RawClient) => (await client.request({ action: 'getMentions' })).mentions
    return { room, ada, bob, adaId: userIds[0], bobId: userIds[1], cleoId, mentionsOf }
  }

  test('is an id beside the text, for members only: complaint 19', async () => {
    const { room, ada, bob, adaId, bobId, cleoId, mentionsOf } = await givenTwo()
    const { messageId, seq, timestamp } = await say(ada, room, '@bob', { mentions: [bobId, cleoId, adaId] })
    // The reply doesn't tell the sender who is a member. The sender's own id is dropped.
    expect(await bob.event('message')).toMatchObject({ messageId, mentions: [bobId, cleoId] })
    await settle()
    expect(await mentionsOf(bob)).toEqual([{ chatRoomId: room, messageId, seq, senderId: adaId, timestamp }])
    expect(await mentionsOf(ada)).toEqual([])
    const cleo = await online(chat, cleoId)
    expect(await mentionsOf(cleo)).toEqual([])
    expect((await scan(chat)).filter(({ pk }) => pk === `mentions#${cleoId}`)).toEqual([])
    // A user who joins later doesn't get the mention either.
    await cleo.request({ action: 'joinRoom', chatRoomId: room })
    expect(await mentionsOf(cleo)).toEqual([])
  })

  test('follows the message: what is edited tells those newly named, and takes back the others', async () => {
    const { room, ada, bob, bobId, mentionsOf } = await givenTwo()
    const { messageId } = await say(ada, room, 'hello')
    const edit = { action: 'editMessage', chatRoomId: room, messageId } as const
    await ada.request({ ...edit, content: '@bob', mentions: [bobId] })
    await settle()
    expect(await mentionsOf(bob)).toMatchObject([{ messageId }])
    // A field that is left out keeps its value.
    await ada.request({ ...edit, content: '@bob!' })
    await settle()
    expect(await mentionsOf(bob)).toMatchObject([{ messageId }])
    expect((await history(bob, room)).messages[0]).toMatchObject({ mentions: [bobId] })
    await ada.request({ ...edit, content: 'nobody', mentions: [] })
    await settle()
    expect(await mentionsOf(bob)).toEqual([])
    expect((await history(bob, room)).messages[0]).not.toHaveProperty('mentions')
  })

  test('goes with the message, and with the membership', async () => {
    const { room, ada, bob, bobId, mentionsOf } = await givenTwo()
    const [first, second] = [
      await say(ada, room, 'one', { mentions: [bobId] }),
      await say(ada, room, 'two', { mentions: [bobId] }),
    ]
    await settle()
    expect((await mentionsOf(bob)).map(({ messageId }) => messageId)).toEqual([second.messageId, first.messageId])
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: second.messageId })
    await settle()
    expect(await mentionsOf(bob)).toMatchObject([{ messageId: first.messageId }])
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await mentionsOf(bob)).toEqual([])
    await settle()
    expect((await scan(chat)).filter(({ pk }) => pk === `mentions#${bobId}`)).toEqual([])
  })

  test('of the room takes a moderator, unless the room lets members; it writes no rows', async () => {
    const { room, ada, bob, mentionsOf } = await givenTwo()
    const all = { action: 'sendMessage', chatRoomId: room, content: 'all', mentionRoom: true }
    const forbidden = {
      code: 'forbidden',
      message: 'unable to do this in this room; it takes a higher role',
      retryable: false,
    }
    expect(await bob.refused(all)).toEqual(forbidden)
    const { messageId } = await say(bob, room, 'hello')
    const edit = { action: 'editMessage', chatRoomId: room, messageId, content: 'all', mentionRoom: true }
    expect(await bob.refused(edit)).toEqual(forbidden)
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { mentionRoom: 'member' } })
    const { seq } = await say(bob, room, 'all', { mentionRoom: true })
    expect(await ada.event('message', (message) => message.seq === seq)).toMatchObject({ mentionsRoom: true })
    await settle()
    expect(await mentionsOf(ada)).toEqual([])
  })

  test('comes by pages, the newest first', async () => {
    const { room, ada, bob, bobId } = await givenTwo()
    for (let i = 0; i < 51; i++) await say(ada, room, `${i}`, { mentions: [bobId] })
    await settle()
    const first = await bob.request({ action: 'getMentions' })
    const second = await bob.request({ action: 'getMentions', cursor: first.nextCursor })
    expect([...first.mentions, ...second.mentions].map(({ seq }) => seq)).toEqual(
      Array.from({ length: 51 }, (_, i) => 51 - i),
    )
    expect([first.mentions.length, second.nextCursor]).toEqual([50, undefined])
  })
})

describe('where a room shows what was said since the own join', () => {
  /** Creates a room of ada's in which others wrote before eve came, left, and came back. */
  async function givenNewcomer() {
    const [eveId, adaId] = [unique('eve'), unique('ada')]
    const [ada, eve] = await Promise.all([online(chat, adaId), online(chat, eveId)])
    const settings = { history: 'joined', pin: 'member' }
    const made = { action: 'createRoom', roomName: 'A room', access: 'link', settings } as const
    const { chatRoomId: room } = await ada.request(made)
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    const { messageId: own } = await say(eve, room, 'mine')
    const { messageId: root } = await say(ada, room, 'root')
    const { messageId: reply } = await say(ada, room, 'reply', { threadId: root })
    const { messageId: deleted } = await say(ada, room, 'deleted')
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: deleted })
    const { seq: hole } = await nextSeq(room, Date.now())
    await eve.request({ action: 'leaveRoom', chatRoomId: room })
    await settle()
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    return { room, ada, eve, eveId, own, root, reply, deleted, hole: messageIdOf(hole) }
  }

  /** Returns every action that names a message. */
  const framesOf = (chatRoomId: string, messageId: string): ({ action: Action } & Record<string, unknown>)[] => {
    const seq = Number(messageId)
    const file = { fileName: 'a.txt', contentType: 'text/plain', size: 1 }
    return [
      { action: 'getMessages', chatRoomId, messageIds: [messageId], include: ['deleted'] },
      { action: 'getHistory', chatRoomId, after: seq - 1, before: seq + 1, include: ['deleted'] },
      { action: 'getHistory', chatRoomId, threadId: messageId },
      { action: 'editMessage', chatRoomId, messageId, content: 'edited' },
      { action: 'deleteMessage', chatRoomId, messageId },
      { action: 'pinMessage', chatRoomId, messageId },
      { action: 'unpinMessage', chatRoomId, messageId },
      { action: 'reportMessage', chatRoomId, messageId, reason: 'spam' },
      { action: 'addReaction', chatRoomId, messageId, reaction: '👍' },
      { action: 'removeReaction', chatRoomId, messageId, reaction: '👍' },
      { action: 'getReactions', chatRoomId, messageId },
      { action: 'getFileUrl', chatRoomId, messageId },
      { action: 'followThread', chatRoomId, threadId: messageId, following: true },
      { action: 'followThread', chatRoomId, threadId: messageId, following: false },
      { action: 'sendMessage', chatRoomId, content: 'hello', threadId: messageId },
      { action: 'sendMessage', chatRoomId, content: 'hello', replyTo: messageId },
      { action: 'broadcastMessage', chatRoomId, content: 'hello', threadId: messageId },
      { action: 'broadcastMessage', chatRoomId, content: 'hello', replyTo: messageId },
      { action: 'handleFileUpload', chatRoomId, ...file, threadId: messageId },
      { action: 'handleFileUpload', chatRoomId, ...file, replyTo: messageId },
      { action: 'markUnread', chatRoomId, seq },
      { action: 'markRead', reads: {}, threads: [{ chatRoomId, threadId: messageId, seq }] },
    ]
  }

  /** Returns the parts of an answer that could tell one message from another. */
  const toldBy = (frame: ServerFrame, action: Action) => {
    if (frame.type === 'error') return frame.error
    const isNew = ['sendMessage', 'broadcastMessage', 'handleFileUpload'].includes(action)
    return isNew ? 'ok' : 'data' in frame && frame.data
  }

  test.each(['member', 'moderator'] as const)(
    'what is hidden from a %s is told as a place that never had a message, by every action',
    async (role) => {
      const { room, ada, eve, eveId, root, reply, deleted, hole } = await givenNewcomer()
      await ada.request({ action: 'setRole', chatRoomId: room, userId: eveId, role })
      for (const [i, frame] of framesOf(room, hole).entries()) {
        const ofHole = toldBy(await eve.ask(frame), frame.action)
        const told = await Promise.all(
          [root, reply, deleted].map(async (hidden) => toldBy(await eve.ask(framesOf(room, hidden)[i]!), frame.action)),
        )
        expect([frame.action, ...told]).toEqual([frame.action, ofHole, ofHole, ofHole])
      }
    },
  )

  test('the table has every action that names a message', () => {
    const naming = Object.entries(actions).flatMap(([action, { request }]) => {
      const schema = JSON.stringify(z.toJSONSchema(request, { io: 'input', unrepresentable: 'any' }))
      return /"(messageIds?|threadId|replyTo)":/.test(schema) ? [action] : []
    })
    const covered = new Set<string>(framesOf('room', '1').map(({ action }) => action))
    expect(naming.filter((action) => !covered.has(action))).toEqual([])
    expect(naming).toContain('followThread')
  })

  test('an author who has come back edits and deletes what they said before, and reads it no more', async () => {
    const { room, ada, eve, own } = await givenNewcomer()
    expect((await eve.request({ action: 'getMessages', chatRoomId: room, messageIds: [own] })).messages).toEqual([])
    const edit = { action: 'editMessage', chatRoomId: room, messageId: own, content: 'mine, edited' } as const
    expect(await eve.request(edit)).toMatchObject({ changed: true, version: 1 })
    expect(await ada.event('messageUpdated')).toMatchObject({ message: { content: 'mine, edited' } })
    const deletion = { action: 'deleteMessage', chatRoomId: room, messageId: own } as const
    expect(await eve.request(deletion)).toMatchObject({ changed: true, version: 2 })
    expect(await ada.event('messageDeleted', ({ messageId }) => messageId === own)).toMatchObject({ version: 2 })
    expect(await eve.request(deletion)).toMatchObject({ changed: false, version: 2 })
    expect(await eve.refused(edit)).toEqual({
      code: 'message_not_found',
      message: 'unable to edit the message; there is none',
      retryable: false,
    })
  })

  test('pins of what was said before are not there, in no reply and no event; who came since ends none of them', async () => {
    const { room, ada, eve, root } = await givenNewcomer()
    const { messageId: later } = await say(ada, room, 'later')
    const pin = (messageId: string) => ({ action: 'pinMessage', chatRoomId: room, messageId }) as const
    const pinsOf = async (client: RawClient) =>
      (await client.request({ action: 'getRoom', chatRoomId: room })).room.pins
    await ada.request(pin(root))
    await ada.request(pin(later))
    for (const client of [ada, eve]) await client.event('roomUpdated', (event) => event.room.pins.includes(later))
    expect([await pinsOf(ada), await pinsOf(eve)]).toEqual([[later, root], [later]])
    expect((await eve.request({ action: 'joinRoom', chatRoomId: room })).room.pins).toEqual([later])
    // With the change there is a version for everybody.
    const [toAda, toEve] = [ada, eve].map((client) => client.events.findLast(({ event }) => event === 'roomUpdated')!)
    expect(toEve).toEqual({ ...toAda, room: { ...(toAda as { room: object }).room, pins: [later] } })
    const changes = { action: 'getChanges', chatRoomId: room, after: 0 } as const
    const told = (await eve.request(changes)).changes.filter(({ event }) => event === 'roomUpdated')
    expect(told).toMatchObject([{ room: { pins: [later] } }])
    const changed = eve.events.filter(({ event }) => event === 'roomUpdated' || event === 'messageUpdated')
    expect(JSON.stringify(changed)).not.toContain(root)

    const unpin = (messageId: string) => ({ action: 'unpinMessage', chatRoomId: room, messageId }) as const
    expect(await eve.request(unpin(root))).toEqual({ pins: [later] })
    expect(await pinsOf(ada)).toEqual([later, root])
    expect(await eve.request(pin(later))).toEqual({ pins: [later] })
    expect(await eve.request(unpin(later))).toEqual({ pins: [] })
    expect(await pinsOf(ada)).toEqual([root])
    const renamed = await ada.request({ action: 'updateRoom', chatRoomId: room, topic: 'Tea' })
    expect(renamed.room.pins).toEqual([root])
    expect((await eve.event('roomUpdated', (event) => event.room.topic === 'Tea')).room.pins).toEqual([])
  })

  test('a thread that began before goes on by what is said since, as one whose root is gone', async () => {
    const { room, ada, eve, own } = await givenNewcomer()
    const thread = { threadId: own }
    await say(ada, room, 'since then', thread)
    await settle()
    expect(contentsOf(await history(eve, room, thread))).toEqual(['since then'])
    await say(eve, room, 'so I hear', thread)
    await settle()
    expect(contentsOf(await history(eve, room, thread))).toEqual(['since then', 'so I hear'])
    // Who answers follows it, and hears of answers; of the root nothing but its id, which each reply has.
    const unread = async () => (await eve.request({ action: 'getUnread', heads: { [room]: 100 } })).threads
    const gone = { messageId: own, senderId: 'unknown', content: '', timestamp: 0, deleted: { at: 0, by: 'unknown' } }
    expect((await eve.request({ action: 'getThreads' })).threads).toMatchObject([{ root: gone, unread: { count: 1 } }])
    expect(await unread()).toEqual({ count: 1 })
    await eve.request({ action: 'followThread', chatRoomId: room, threadId: own, following: false })
    expect(await unread()).toEqual({ count: 0 })
    await eve.request({ action: 'followThread', chatRoomId: room, threadId: own, following: true })
    expect(await unread()).toEqual({ count: 1 })
    const listed = (await ada.request({ action: 'getThreads' })).threads
    expect(listed.find(({ root }) => root.messageId === own)).toMatchObject({ root: { content: 'mine' } })
  })
})
