import { tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { putConnection } from '../../src/entities/connection.ts'
import { createRoom as putRoom } from '../../src/entities/create-room.ts'
import { Membership } from '../../src/entities/membership.ts'
import { Message, messageIdOf, type MessageRow } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { MAX_CONTENT_BYTES, MAX_SYNC_ROOMS } from '../../src/protocol/limits.ts'
import type { Caller } from '../../src/ws/caller.ts'
import { loadStack } from '../../terraform/stack.ts'
import { documentedAs } from '../support/documented.ts'
import { costOf, metered } from '../support/meter.ts'
import { ownSession } from '../support/subscribe-rows.ts'
import { handlers } from './action-handlers.ts'
import { EXPIRES_AT } from './patterns.ts'

/**
 * What one hostile frame of each action can cost the owner: the worst of its cases, in units of the table, posts that
 * follow, and bytes that are read for it.
 */
const eve: Caller = { userId: 'eve', connectionId: 'EveConnection00=', rowsExpireAt: EXPIRES_AT }
const large = 'x'.repeat(MAX_CONTENT_BYTES)
const strangers = Array.from({ length: 100 }, (_, i) => `stranger-${i}`)
/** Eve is in fifty rooms, with messages of the largest size. */
const ROOMS = 50
const MESSAGES = 100

const session = ownSession({ userId: 'eve', connectionId: eve.connectionId, expiresAt: EXPIRES_AT })
const roomId = (i: number) => `big-${i}`

async function givenLargeRoom(chatRoomId: string): Promise<void> {
  const room = { chatRoomId, roomName: 'Big', createdBy: 'eve', createdAt: 0 }
  await putRoom({ ...room, members: ['eve'], session })
}

beforeAll(async () => {
  await createTable(client, loadStack().table, tableName)
  await putConnection({ connectionId: eve.connectionId, userId: 'eve', lastConnectedAt: 0, expiresAt: EXPIRES_AT })
  await Promise.all(Array.from({ length: ROOMS }, (_, i) => givenLargeRoom(roomId(i))))
  const messages = (chatRoomId: string, count: number): MessageRow[] =>
    Array.from({ length: count }, (_, i) => ({
      chatRoomId,
      messageId: messageIdOf(i + 1),
      kind: 'text',
      senderId: 'eve',
      content: large,
      timestamp: 0,
    }))
  const rows = [0, 1, 2].flatMap((i) => messages(roomId(i), MESSAGES))
  for (let i = 3; i < ROOMS; i++) rows.push(...messages(roomId(i), 4))
  for (let i = 0; i < rows.length; i += 100) await Message.put(rows.slice(i, i + 100)).go({ concurrent: 4 })
  for (let i = 0; i < ROOMS; i++) {
    await ChatRoom.patch({ chatRoomId: roomId(i) })
      .set({ headSeq: i < 3 ? MESSAGES : 4 })
      .go()
  }
  await Membership.put(
    Array.from({ length: 1_000 }, (_, i) => ({
      ...{ chatRoomId: roomId(1), userId: `member-${'m'.repeat(20)}-${i}`, role: 'member' as const },
      ...{ joinedAt: 0, joinId: 'sixteen-letters0', joinedSeq: 0 },
    })),
  ).go({ concurrent: 4 })
})

/** Each action's dearest frame that is known, the most it may cost, and what it makes the server post. */
const worst: Record<
  Action,
  { what: string; frame: Record<string, unknown>; reads: number; writes: number; posts: string }
> = {
  sync: {
    what: '50 rooms, in each more missed than a reply holds, and 1,000 rooms named',
    frame: {
      rooms: Object.fromEntries(
        Array.from({ length: MAX_SYNC_ROOMS }, (_, i) => [i < ROOMS ? roomId(i) : `foreign-${i}`, 0]),
      ),
    },
    reads: 360,
    writes: 60,
    posts: 'none',
  },
  createRoom: {
    what: '100 members',
    frame: { roomName: 'r'.repeat(128), members: strangers },
    reads: 10,
    writes: 100,
    posts: '1 for each connection of each member; the stream writes 2 units for each',
  },
  joinRoom: {
    what: '1,000 members, and 100 messages of 16 KB missed',
    frame: { chatRoomId: roomId(1), lastSeq: 0 },
    reads: 160,
    writes: 10,
    posts: '1 for each connection of the room',
  },
  leaveRoom: {
    what: 'any room',
    frame: { chatRoomId: roomId(ROOMS - 1) },
    reads: 2,
    writes: 7,
    posts: '1 for each connection of the room',
  },
  getRoom: { what: '1,000 members', frame: { chatRoomId: roomId(1) }, reads: 70, writes: 0, posts: 'none' },
  listRooms: { what: '100 rooms', frame: { limit: 100 }, reads: 110, writes: 0, posts: 'none' },
  sendMessage: {
    what: '16 KB with a `clientMessageId`',
    frame: { chatRoomId: roomId(0), content: large, clientMessageId: 'c1' },
    reads: 3,
    writes: 40,
    posts: '1 for each connection of the room',
  },
  broadcastMessage: {
    what: '16 KB with a `clientMessageId`',
    frame: { chatRoomId: roomId(0), content: large, clientMessageId: 'c2' },
    reads: 3,
    writes: 40,
    posts: '1 for each connection of the room',
  },
  typingIndicator: {
    what: 'a beginning',
    frame: { chatRoomId: roomId(0) },
    reads: 2,
    writes: 1,
    posts: '1 for each connection of the room, in 3 s',
  },
  getHistory: {
    what: '100 messages of 16 KB',
    frame: { chatRoomId: roomId(0), limit: 100 },
    reads: 90,
    writes: 0,
    posts: 'none',
  },
  handleFileUpload: {
    what: 'any file',
    frame: { chatRoomId: roomId(0), fileName: 'a.txt', contentType: 'text/plain', size: 26_214_400 },
    reads: 5,
    writes: 2,
    posts: '1 for each connection of the room, when the file has arrived',
  },
  getFileUrl: {
    what: 'a message of 16 KB',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(1) },
    reads: 6,
    writes: 0,
    posts: 'none',
  },
  ping: { what: 'any', frame: {}, reads: 0, writes: 0, posts: 'none' },
}

test('no frame costs more than the document says', async () => {
  const rows = []
  for (const [action, { what, frame, reads, writes, posts }] of Object.entries(worst)) {
    const input = actions[action as Action].request.parse({ action, ...frame })
    let bytes = 0
    const cost = costOf(
      await metered(client, async () => {
        const reply = await handlers[action as Action].handle(input, eve).catch((error: unknown) => error)
        bytes = Buffer.byteLength(JSON.stringify(reply))
      }),
    )
    expect({ action, isWithin: cost.reads <= reads && cost.writes <= writes, ...cost }).toMatchObject({
      isWithin: true,
    })
    expect(bytes).toBeLessThan(128 * 1_024)
    rows.push({
      Action: `\`${action}\``,
      'Its dearest frame': what,
      'RRU at most': String(reads),
      'WRU at most': String(writes),
      Posts: posts,
      'KB in the reply': '128',
    })
  }
  expect(documentedAs('most', rows)).toEqual(rows)
})

test('a gap that is too large takes no room’s small gap along, and the smallest come first', async () => {
  const input = actions.sync.request.parse({ action: 'sync', rooms: { [roomId(0)]: 0, [roomId(1)]: MESSAGES - 1 } })
  const { rooms } = (await handlers.sync.handle(input, eve)) as { rooms: { chatRoomId: string; recovered: boolean }[] }
  const recovered = rooms.filter(({ chatRoomId }) => [roomId(0), roomId(1)].includes(chatRoomId))
  expect(recovered.map(({ recovered }) => recovered)).toEqual([false, true])
})
