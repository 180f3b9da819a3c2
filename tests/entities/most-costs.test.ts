import '../support/with-search.ts'
import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { isLarge } from '../../client/reply-size.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { appendChanges } from '../../src/entities/change.ts'
import { Audit, auditItem } from '../../src/entities/audit.ts'
import { Ban } from '../../src/entities/ban.ts'
import { Block } from '../../src/entities/block.ts'
import { ChatRoomDetails, listingOf } from '../../src/entities/chat-room-details.ts'
import { Connection, putConnection } from '../../src/entities/connection.ts'
import { createRoom as putRoom } from '../../src/entities/create-room.ts'
import { Invite, inviteItem } from '../../src/entities/invite.ts'
import { setFollowing } from '../../src/entities/followed-thread.ts'
import { putMentions } from '../../src/entities/mention.ts'
import { ThreadReply } from '../../src/entities/thread-reply.ts'
import { Membership } from '../../src/entities/membership.ts'
import { Message, messageIdOf, type MessageRow } from '../../src/entities/message.ts'
import { addPosting } from '../../src/entities/posting.ts'
import { Present, presentKey } from '../../src/entities/present.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { Reaction } from '../../src/entities/reaction.ts'
import { client } from '../../src/entities/table.ts'
import { User } from '../../src/entities/user.ts'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { MAX_CONTENT_BYTES, MAX_MENTIONS, MAX_SYNC_ROOMS } from '../../src/protocol/limits.ts'
import type { SocketCaller } from '../../src/ws/caller.ts'
import { loadStack } from '../../terraform/stack.ts'
import { ASSUMED, PRICES } from '../../scripts/costs/model.ts'
import { countUse } from '../../src/entities/rate-window.ts'
import { rateClasses } from '../../src/ws/rate-limit.ts'
import { expectDocumented } from '../support/documented.ts'
import { terraformDefault, terraformSettings } from '../../scripts/shared/terraform-defaults.ts'
import { costOf, metered } from '../support/meter.ts'
import { ownSession, subscribeRows } from '../support/subscribe-rows.ts'
import { handlers } from './action-handlers.ts'
import { EXPIRES_AT } from './patterns.ts'

/**
 * What one hostile frame of each action can cost the owner in the worst case: request units of the table, posts that
 * follow, and bytes that are read for it.
 */
const eve: SocketCaller = {
  userId: 'eve',
  connectionId: 'EveConnection00=',
  rowsExpireAt: EXPIRES_AT,
  openedAt: 0,
  scopes: new Set(),
}
const large = 'x'.repeat(MAX_CONTENT_BYTES)
const strangers = Array.from({ length: 100 }, (_, i) => `stranger-${i}`)
/** Eve is a member of fifty rooms with messages of the largest size. */
const ROOMS = 50
const MESSAGES = 100

const session = ownSession({ userId: 'eve', connectionId: eve.connectionId, expiresAt: EXPIRES_AT })
const roomId = (i: number) => `big-${i}`
const HEAVY = roomId(0)

async function givenLargeRoom(chatRoomId: string): Promise<void> {
  const room = { chatRoomId, roomName: 'Big', createdBy: 'eve', createdAt: 0, owner: 'eve' }
  await putRoom({ ...room, members: ['eve'], session })
}

/** A room's details, each as large as it may be. */
const reason = '\u0001'.repeat(256)
const topic = '\u{1f600}'.repeat(250)
const metadata = { data: 'x'.repeat(2_000) }
const imageUrl = `https://example.com/${'x'.repeat(1_000)}`
const pins = Array.from({ length: 50 }, (_, i) => messageIdOf(i + 1))
const settings = JSON.stringify(settingsOf('public'))
/** The longest user id, in characters. */
const longId = (i: number) => `${String(i).padStart(4, '0')}${'z'.repeat(124)}`
const named = Array.from({ length: MAX_MENTIONS }, (_, i) => longId(i))
/** The longest user id, in bytes. */
const wideId = (i: number) => `${String(i).padStart(4, '0')}${'\u{1f600}'.repeat(124)}`
const MANY = Array.from({ length: 101 }, (_, i) => i)

/**
 * Creates a room with the largest details, bans, invites and audit entries, and as many rooms in the list and blocks.
 */
async function givenHeavyRoom(chatRoomId: string): Promise<void> {
  const row = { changes: 1, topic, imageUrl, pins, settings, metadata: JSON.stringify(metadata) }
  await ChatRoomDetails.put([chatRoomId, roomId(2)].map((id) => ({ ...row, chatRoomId: id }))).go()
  await Ban.put(MANY.map((i) => ({ chatRoomId, userId: longId(i), by: longId(0), at: 0, reason }))).go()
  await Block.put(MANY.map((i) => ({ userId: 'eve', blockedId: longId(i), at: 0 }))).go()
  const entry = { chatRoomId, at: 1, by: longId(0), userId: longId(1), action: 'ban', reason } as const
  await Audit.put(MANY.map(() => auditItem(entry))).go()
  const until = Date.now() + 3_600_000
  const invite = { chatRoomId, role: 'member', by: longId(0), until } as const
  await Invite.put(MANY.map((i) => inviteItem({ ...invite, createdAt: i }))).go()
  await ChatRoomDetails.put(
    MANY.map((i) => {
      const listed = { chatRoomId: `public-${i}`, roomName: longId(i) }
      return { ...row, ...listed, ...listingOf({ ...listed, isPublic: true }) }
    }),
  ).go({ concurrent: 4 })
}

/** Makes eve follow twenty threads with unread replies, and mentions her in every room. */
async function givenTalk(chatRoomId: string): Promise<void> {
  const roots = Array.from({ length: 20 }, (_, i) => ({ chatRoomId, threadId: messageIdOf(i + 1) }))
  const word = large.slice(0, 32)
  await addPosting(
    { chatRoomId, thousand: 0, word },
    Array.from({ length: MESSAGES }, (_, i) => i + 1),
  )
  await Promise.all(roots.map((thread) => setFollowing({ ...thread, userId: 'eve' }, true)))
  const replies = roots.flatMap((thread) =>
    Array.from({ length: 51 }, (_, i) => ({ ...thread, messageId: messageIdOf(200 + i), senderId: longId(i), at: 0 })),
  )
  await ThreadReply.put(replies).go({ concurrent: 4 })
  const now = Date.now()
  for (let i = 0; i < ROOMS; i++) {
    const message = { chatRoomId: roomId(i), messageId: messageIdOf(1), senderId: longId(i), timestamp: now + i }
    await putMentions(message, ['eve'])
  }
}

const connectionId = (i: number) => `Connection${String(i).padStart(5, '0')}=`

/** Subscribes twenty users with the longest ids in each room. */
async function givenListeners(): Promise<void> {
  const listeners = Array.from({ length: ROOMS * 20 }, (_, i) => ({
    chatRoomId: roomId(i % ROOMS),
    joinId: 'sixteen-letters0',
    connectionId: connectionId(i),
    userId: wideId(i),
    expiresAt: EXPIRES_AT,
  }))
  await subscribeRows(listeners)
  const presentIn = MANY.slice(0, 20).map((i) => `${String(i).padStart(3, '0')}${'r'.repeat(61)}`)
  await Connection.put(
    listeners.map((one) => ({
      ...{ connectionId: one.connectionId, userId: one.userId, lastConnectedAt: 0, sessionKey: 's'.repeat(64) },
      ...{ presentIn, expiresAt: EXPIRES_AT },
    })),
  ).go({ concurrent: 4 })
}

/** A room that keeps messages for one day, with ten thousand older messages of the largest size. */
const PAST = 'past'
const PAST_MESSAGES = 10_000

/**
 * Writes only those of its messages that a reader may read in the search for the oldest one: the round numbers, the
 * first and the last.
 */
async function givenPastRoom(): Promise<void> {
  await givenLargeRoom(PAST)
  await ChatRoom.patch({ chatRoomId: PAST }).set({ headSeq: PAST_MESSAGES, retentionDays: 1 }).go()
  const isLookedAt = (seq: number) => seq <= 25 || seq % 100 === 0 || (seq > 9_000 && seq % 10 === 0) || seq > 9_950
  const seqs = Array.from({ length: PAST_MESSAGES }, (_, i) => i + 1).filter(isLookedAt)
  const message = { chatRoomId: PAST, kind: 'text', senderId: 'bob', content: large } as const
  // Only the last three are young, so that the search needs all its steps.
  const timestampOf = (seq: number) => (seq > PAST_MESSAGES - 3 ? Date.now() : 0)
  const rows = seqs.map((seq) => ({ ...message, messageId: messageIdOf(seq), timestamp: timestampOf(seq) }))
  for (let i = 0; i < rows.length; i += 100) await Message.put(rows.slice(i, i + 100)).go({ concurrent: 4 })
}

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
  await putConnection({ connectionId: eve.connectionId, userId: 'eve', lastConnectedAt: 0, expiresAt: EXPIRES_AT })
  // One after the other, because DynamoDB Local gives up transactions that wait for one another.
  for (let i = 0; i < ROOMS; i++) await givenLargeRoom(roomId(i))
  await givenHeavyRoom(HEAVY)
  await givenTalk(HEAVY)
  const profile = { name: '\u{1f600}'.repeat(64), imageUrl, metadata: JSON.stringify(metadata), updatedAt: 0 }
  await User.put(MANY.map((i) => ({ ...profile, userId: wideId(i) }))).go({ concurrent: 4 })
  const loved = { chatRoomId: HEAVY, messageId: messageIdOf(2), reaction: '👍', at: 0 }
  await Reaction.put(MANY.map((i) => ({ ...loved, userId: longId(i) }))).go()
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
  await givenListeners()
  await givenPastRoom()
  await Present.put(
    Array.from({ length: 400 }, (_, i) => ({
      ...presentKey({ chatRoomId: roomId(1), userId: wideId(i), connectionId: connectionId(i) }),
      ...{ since: 0, changedAt: 0, until: EXPIRES_AT * 1_000, joinId: 'sixteen-letters0', session: connectionId(i) },
      ...{ data: JSON.stringify({ text: 'x'.repeat(500) }), expiresAt: EXPIRES_AT },
    })),
  ).go({ concurrent: 4 })
  const readers = MANY.slice(0, 99).map(longId)
  await Membership.put(
    readers.map((userId) => ({
      ...{ chatRoomId: roomId(4), userId, role: 'member' as const, joinedAt: 0, joinId: 'sixteen-letters0' },
      joinedSeq: 0,
    })),
  ).go({ concurrent: 4 })
  await RoomState.put(
    readers.map((userId) => ({ ...stateKey({ userId, chatRoomId: roomId(4) }), readSeq: 1, readAt: 0 })),
  ).go({ concurrent: 4 })
})

/** For each action the most expensive frame that is known, the most it may cost, and what it makes the server post. */
const worst: Record<
  Action,
  {
    what: string
    frame: Record<string, unknown>
    reads: number
    writes: number
    posts: string
    /** Kilobytes of the reply. */
    kb: number
    /** Posts that follow in a room of 100 users with a connection each, or to as many users who are named. */
    each?: number
  }
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
    kb: 80,
  },
  createRoom: {
    what: '100 members',
    frame: { roomName: 'r'.repeat(128), members: strangers },
    reads: 210,
    writes: 100,
    posts: '1 for each connection of each member; the follow-ups write 2 units for each',
    kb: 4,
    each: 100,
  },
  joinRoom: {
    what: '1,000 members, and 100 messages of 16 KB missed',
    frame: { chatRoomId: roomId(1), lastSeq: 0 },
    reads: 220,
    writes: 10,
    posts: '1 for each connection of the room',
    kb: 80,
    each: 100,
  },
  leaveRoom: {
    what: 'any room',
    frame: { chatRoomId: roomId(ROOMS - 1) },
    reads: 2,
    writes: 7,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  getRoom: { what: '1,000 members', frame: { chatRoomId: roomId(1) }, reads: 70, writes: 0, posts: 'none', kb: 48 },
  listRooms: { what: '100 rooms', frame: { limit: 100 }, reads: 110, writes: 0, posts: 'none', kb: 32 },
  sendMessage: {
    what: '16 KB with a `clientMessageId`, and 50 mentions',
    frame: { chatRoomId: roomId(0), content: large, clientMessageId: 'c1', mentions: named },
    reads: 28,
    writes: 50,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  broadcastMessage: {
    what: '16 KB with a `clientMessageId`, and 50 mentions',
    frame: { chatRoomId: roomId(0), content: large, clientMessageId: 'c2', mentions: named },
    reads: 28,
    writes: 50,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  typingIndicator: {
    what: 'a beginning',
    frame: { chatRoomId: roomId(0) },
    reads: 4,
    writes: 1,
    posts: '1 for each connection of the room, in 5 s',
    kb: 1,
    each: 100,
  },
  getHistory: {
    what: 'ten thousand messages of 16 KB that are past their time',
    frame: { chatRoomId: PAST, after: 0, limit: 100 },
    reads: 300,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  editMessage: {
    what: '16 KB, and 50 mentions',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(2), content: large.replace('x', 'y'), mentions: named },
    reads: 35,
    writes: 25,
    posts: '1 for each connection of the room',
    kb: 24,
    each: 100,
  },
  deleteMessage: {
    what: "another's, of 16 KB, with the longest reason",
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(3), reason },
    reads: 12,
    writes: 40,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  getMessages: {
    what: '50 messages of 16 KB',
    frame: { chatRoomId: roomId(0), messageIds: Array.from({ length: 50 }, (_, i) => messageIdOf(i + 10)) },
    reads: 110,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  getChanges: {
    what: '100 messages of 16 KB',
    frame: { chatRoomId: roomId(1), after: 0 },
    reads: 120,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  handleFileUpload: {
    what: 'a file with 50 mentions',
    frame: {
      ...{ chatRoomId: roomId(0), fileName: 'a.txt', contentType: 'text/plain', size: 26_214_400 },
      mentions: named,
    },
    reads: 30,
    writes: 8,
    posts: '1 for each connection of the room, when the file has arrived',
    kb: 8,
    each: 100,
  },
  getFileUrl: {
    what: 'a message of 16 KB',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(1) },
    reads: 7,
    writes: 0,
    posts: 'none',
    kb: 8,
  },
  addReaction: {
    what: 'to a message of 16 KB',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(1), reaction: '👍' },
    reads: 7,
    writes: 1,
    posts: '1 for each connection of the room, and none in a huge one',
    kb: 1,
  },
  removeReaction: {
    what: 'from a message of 16 KB',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(1), reaction: '👍' },
    reads: 7,
    writes: 1,
    posts: '1 for each connection of the room, and none in a huge one',
    kb: 1,
  },
  getThreads: {
    what: '20 whose roots have 16 KB, each with 50 unread replies',
    frame: {},
    reads: 260,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  followThread: {
    what: 'of a root of 16 KB',
    frame: { chatRoomId: roomId(0), threadId: messageIdOf(1), following: true },
    reads: 7,
    writes: 1,
    posts: 'none',
    kb: 1,
  },
  getMentions: { what: '50 in as many rooms', frame: {}, reads: 110, writes: 0, posts: 'none', kb: 16 },
  getReactions: {
    what: '100 of users with the longest ids, to a message of 16 KB',
    frame: { chatRoomId: roomId(0), messageId: messageIdOf(2) },
    reads: 30,
    writes: 0,
    posts: 'none',
    kb: 32,
  },
  searchMessages: {
    what: '60,000 places with as many words as there may be, and 120 messages of 16 KB of other users',
    frame: { chatRoomIds: [HEAVY], query: 'xx', from: 'ada', limit: 50 },
    reads: 2_400,
    writes: 0,
    posts: 'none',
    kb: 72,
  },
  addMembers: {
    what: '100 users',
    frame: { chatRoomId: HEAVY, userIds: strangers },
    reads: 210,
    writes: 800,
    posts: '1 for each connection of each user; in the room, 100 for each connection',
    kb: 16,
    each: 10100,
  },
  removeMember: {
    what: 'a member, with the longest reason',
    frame: { chatRoomId: HEAVY, userId: 'stranger-1', reason },
    reads: 4,
    writes: 12,
    posts: '1 for each connection of the room and of the user',
    kb: 1,
    each: 101,
  },
  banMember: {
    what: 'a member, with the longest reason',
    frame: { chatRoomId: HEAVY, userId: 'stranger-2', reason },
    reads: 6,
    writes: 16,
    posts: '1 for each connection of the room and of the user',
    kb: 1,
    each: 101,
  },
  unbanMember: {
    what: 'any',
    frame: { chatRoomId: HEAVY, userId: longId(1) },
    reads: 3,
    writes: 6,
    posts: 'none',
    kb: 1,
  },
  listBans: {
    what: '100 with the longest reason',
    frame: { chatRoomId: HEAVY },
    reads: 50,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  setRole: {
    what: 'any',
    frame: { chatRoomId: HEAVY, userId: 'stranger-3', role: 'moderator' },
    reads: 4,
    writes: 6,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  muteMember: {
    what: 'with the longest reason',
    frame: { chatRoomId: HEAVY, userId: 'stranger-3', seconds: 60, reason },
    reads: 4,
    writes: 6,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  listMembers: { what: '100 members', frame: { chatRoomId: roomId(1) }, reads: 15, writes: 0, posts: 'none', kb: 24 },
  createInvite: { what: 'any', frame: { chatRoomId: HEAVY }, reads: 8, writes: 2, posts: 'none', kb: 1 },
  listInvites: { what: '100', frame: { chatRoomId: HEAVY }, reads: 20, writes: 0, posts: 'none', kb: 32 },
  revokeInvite: {
    what: 'any',
    frame: { chatRoomId: HEAVY, invite: 'x'.repeat(22) },
    reads: 8,
    writes: 2,
    posts: 'none',
    kb: 1,
  },
  listPublicRooms: { what: '50 rooms', frame: {}, reads: 60, writes: 0, posts: 'none', kb: 80 },
  blockUser: { what: 'any', frame: { userId: 'mal' }, reads: 1, writes: 3, posts: 'none', kb: 1 },
  unblockUser: { what: 'any', frame: { userId: 'mal' }, reads: 4, writes: 3, posts: 'none', kb: 1 },
  listBlocked: { what: '100', frame: {}, reads: 10, writes: 0, posts: 'none', kb: 16 },
  updateRoom: {
    what: 'all of a room, as large as it may be, and made public',
    frame: { chatRoomId: HEAVY, roomName: 'r'.repeat(128), topic, imageUrl, metadata, access: 'public' },
    reads: 10,
    writes: 30,
    posts: '1 for each connection of the room',
    kb: 8,
    each: 100,
  },
  pinMessage: {
    what: 'any, in a room with the largest details',
    frame: { chatRoomId: roomId(1), messageId: messageIdOf(1) },
    reads: 17,
    writes: 64,
    posts: '1 for each connection of the room',
    kb: 2,
    each: 100,
  },
  unpinMessage: {
    what: 'one of 50, in a public room with the largest details',
    frame: { chatRoomId: HEAVY, messageId: messageIdOf(1) },
    reads: 15,
    writes: 64,
    posts: '1 for each connection of the room',
    kb: 2,
    each: 100,
  },
  reportMessage: {
    what: 'of 16 KB, with the longest reason',
    frame: { chatRoomId: HEAVY, messageId: messageIdOf(1), reason },
    reads: 7,
    writes: 2,
    posts: 'none',
    kb: 1,
  },
  getAudit: {
    what: '100 entries with the longest reason',
    frame: { chatRoomId: HEAVY, limit: 100 },
    reads: 50,
    writes: 0,
    posts: 'none',
    kb: 80,
  },
  closeRoom: {
    what: 'any, in a public room with the largest details',
    frame: { chatRoomId: HEAVY, closed: true },
    reads: 10,
    writes: 30,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  deleteRoom: {
    what: 'any, in a room with the largest details',
    frame: { chatRoomId: roomId(2) },
    reads: 10,
    writes: 30,
    posts: '1 for each connection of the room',
    kb: 1,
    each: 100,
  },
  markRead: {
    what: '50 rooms and 20 threads',
    frame: {
      reads: Object.fromEntries(MANY.slice(0, 50).map((i) => [roomId(i), 1])),
      threads: MANY.slice(0, 20).map((i) => ({ chatRoomId: HEAVY, threadId: messageIdOf(i + 1), seq: 1 })),
    },
    reads: 51,
    writes: 70,
    posts: '1 for each other connection of the user, and 1 for each connection of the senders in small rooms',
    kb: 1,
    each: 100,
  },
  markUnread: {
    what: 'any',
    frame: { chatRoomId: HEAVY, seq: 1 },
    reads: 5,
    writes: 1,
    posts: '1 for each other connection of the user',
    kb: 1,
    each: 20,
  },
  setNotifications: {
    what: 'any',
    frame: { chatRoomId: HEAVY, level: 'none', until: 9_999_999_999_999 },
    reads: 5,
    writes: 1,
    posts: '1 for each other connection of the user',
    kb: 1,
    each: 20,
  },
  getUnread: {
    what: '100 rooms, in 50 of them messages of 16 KB that are unread',
    frame: {
      heads: Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [i < ROOMS ? roomId(i) : `foreign-${i}`, i < 3 ? 45 : 4]),
      ),
    },
    reads: 500,
    writes: 0,
    posts: 'none',
    kb: 16,
  },
  getReceipts: { what: '100 members', frame: { chatRoomId: roomId(4) }, reads: 70, writes: 0, posts: 'none', kb: 16 },
  setProfile: {
    what: 'as large as it may be',
    frame: { name: '\u{1f600}'.repeat(64), imageUrl, metadata },
    reads: 0,
    writes: 5,
    posts: 'none',
    kb: 4,
  },
  getUsers: {
    what: '100 with the longest ids and the largest profiles',
    frame: { userIds: MANY.slice(0, 100).map(wideId) },
    reads: 110,
    writes: 0,
    posts: 'none',
    kb: 124,
  },
  enterPresence: {
    what: 'a change of `data`',
    frame: { chatRoomId: HEAVY, data: { text: 'x'.repeat(500) } },
    reads: 8,
    writes: 3,
    posts: '1 for each of 200 who are present',
    kb: 1,
    each: 200,
  },
  leavePresence: {
    what: 'any',
    frame: { chatRoomId: HEAVY },
    reads: 5,
    writes: 4,
    posts: '1 for each of 200 who are present',
    kb: 1,
    each: 200,
  },
  getPresence: {
    what: '400 connections, with the longest ids and the largest `data`',
    frame: { chatRoomId: roomId(1) },
    reads: 120,
    writes: 0,
    posts: 'none',
    kb: 72,
  },
  getOnline: {
    what: '50 rooms of 20 connections and more, with the longest ids',
    frame: { chatRoomIds: Array.from({ length: ROOMS }, (_, i) => roomId(i)) },
    reads: 650,
    writes: 0,
    posts: 'none',
    kb: 72,
  },
  ping: { what: 'any', frame: {}, reads: 0, writes: 0, posts: 'none', kb: 1 },
}

test('no frame costs more than the document says', async () => {
  const rows = []
  const beyond = []
  for (const [action, { what, frame, reads, writes, posts, kb }] of Object.entries(worst)) {
    const input = actions[action as Action].request.parse({ action, ...frame })
    let bytes = 0
    const cost = costOf(
      await metered(client, async () => {
        const reply = await handlers[action as Action].handle(input, eve).catch((error: unknown) => {
          // A text message has no file. The expensive part is looking for one.
          if (action !== 'getFileUrl') throw error
          return error
        })
        bytes = Buffer.byteLength(JSON.stringify(reply))
      }),
    )
    if (cost.reads > reads || cost.writes > writes || bytes > kb * 1_024) beyond.push({ action, bytes, ...cost })
    rows.push({
      Action: `\`${action}\``,
      'Its dearest frame': what,
      'RRU at most': String(reads),
      'WRU at most': String(writes),
      Posts: posts,
      'KB in the reply': String(kb),
    })
  }
  expect(beyond).toEqual([])
  expectDocumented('most', rows)
})

/** Kilobytes that a link of 48 kbit/s carries within the client's usual timeout, with a margin. */
const SLOW_LINK_KB = 48

test('a client takes each reply that a slow link carries for long for a large one, not for a dead connection', () => {
  const slow = (Object.keys(worst) as Action[]).filter((action) => worst[action].kb > SLOW_LINK_KB)
  expect(slow.filter((action) => !isLarge(action))).toEqual([])
})

const HOUR = 3_600
const DEPLOYED = terraformSettings()
const ROUTES = terraformDefault<Record<string, { rate: number }>>('route_throttling')
const ALL_ROUTES = terraformDefault<number>('throttling_rate_limit')
const SENDS: readonly Action[] = ['sendMessage', 'broadcastMessage']

/** Parses a limit such as `30/10`. */
const parsed = (text: string) => {
  const [uses, seconds] = text.split('/').map(Number) as [number, number]
  return { uses, seconds }
}

/**
 * Returns the limit of one user.
 *
 * @returns undefined if only the route's throttle, which all users share, applies
 */
function limitOf(action: Action) {
  if (SENDS.includes(action)) return { name: 'send', ...parsed(DEPLOYED.SEND_RATE_LIMIT!) }
  const [name] =
    Object.entries(rateClasses).find(([, { actions }]) => (actions as readonly Action[]).includes(action)) ?? []
  const text = DEPLOYED.RATE_LIMITS!.split(',').find((limit) => limit.startsWith(`${name}=`))
  return text === undefined ? undefined : { name: name!, ...parsed(text.slice(name!.length + 1)) }
}

/** Strongly consistent reads of one partition in a second (AWS: "Best practices for designing partition keys"). */
const PARTITION_READS = 3_000
/** Actions that read a little of each of many partitions, and why. */
const SPREAD: Partial<Record<Action, string>> = {
  sync: 'up to a thousand rooms',
  listRooms: 'a hundred rooms',
  getUnread: 'a hundred rooms',
  getMentions: 'fifty rooms',
  getThreads: 'twenty threads, and their rooms',
  getUsers: 'a hundred users',
  getReceipts: 'a hundred readers',
  getOnline: 'fifty rooms',
  searchMessages: 'sixty partitions of the index, and ten rooms',
  markRead: 'fifty rooms',
  createRoom: 'a hundred members',
  addMembers: 'a hundred members',
}

test('no burst of one user reads more of a partition than it gives in three seconds', async () => {
  const bursts = (Object.keys(worst) as Action[])
    .filter((action) => !(action in SPREAD) && action !== 'ping')
    .map((action) => ({ action, reads: worst[action].reads * limitOf(action)!.uses }))
  expect(bursts.filter(({ reads }) => reads > 3 * PARTITION_READS)).toEqual([])
  // What the pages of an ordinary room take: messages of 16 KB, none of which is past its time.
  const pages: readonly Action[] = ['getMessages', 'getChanges', 'getPresence']
  const beyond = bursts.filter(({ action, reads }) => pages.includes(action) && reads > 1.2 * PARTITION_READS)
  expect(beyond).toEqual([])
  // A few messages count as `read`, of which there may be more.
  const few = async (name: 'getHistory' | 'getMessages', frame: object) => {
    const input = actions[name].request.parse({ action: name, chatRoomId: roomId(0), ...frame })
    return costOf(await metered(client, () => handlers[name].handle(input, eve))).reads
  }
  const most = Math.max(
    await few('getHistory', { limit: 5 }),
    await few('getMessages', { messageIds: Array.from({ length: 5 }, (_, i) => messageIdOf(i + 10)) }),
  )
  expect(most * limitOf('getRoom')!.uses).toBeLessThanOrEqual(1.2 * PARTITION_READS)
})

/** A frame may be padded to 128 KB, and is then billed as four. */
const FRAMES_IN = 4
const GB = 2 ** 30
/** The stream subscribes a new member's connection and completes its room. */
const STREAM_WRITES: Partial<Record<Action, number>> = { createRoom: 200, addMembers: 200 }

/** Returns the dollars for `times` frames of an action, with what follows them. */
function dollarsOf(
  times: number,
  { reads, writes, kb, each = 0, eventBytes = ASSUMED.eventBytes, streamWrites = 0 }: Bounds,
): number {
  const { frame, readUnit, writeUnit, invocation, gigabyteSecond, logGigabyte, outGigabyte } = PRICES
  // Counting the use is a write of its own.
  const units = reads * readUnit + (writes + streamWrites + 1) * writeUnit
  const lambda = invocation + (ASSUMED.sendMs / 1_000) * 0.5 * gigabyteSecond
  const logs = ((ASSUMED.accessLogBytes + ASSUMED.invocationLogBytes) / GB) * logGigabyte
  const bytes = kb * 1_024 + each * eventBytes
  return times * ((FRAMES_IN + Math.ceil(kb / 32) + each) * frame + units + lambda + logs + (bytes / GB) * outGigabyte)
}

type Bounds = { reads: number; writes: number; kb: number; each?: number; eventBytes?: number; streamWrites?: number }

const inEnglish = (count: number) => count.toLocaleString('en-US', { maximumFractionDigits: 0 })

test('what one hostile client costs in an hour, with the limits of Terraform, is what the document says', () => {
  const rows = (Object.keys(worst) as Action[]).map((action) => {
    const limit = limitOf(action)
    const perSecond = limit === undefined ? (ROUTES[action]?.rate ?? ALL_ROUTES) : limit.uses / limit.seconds
    const times = perSecond * HOUR
    const bounds = {
      ...worst[action],
      streamWrites: STREAM_WRITES[action] ?? 0,
      eventBytes: SENDS.includes(action) ? MAX_CONTENT_BYTES : ASSUMED.eventBytes,
    }
    const { reads, writes, each = 0, kb, streamWrites } = bounds
    return {
      Action: `\`${action}\``,
      Limit:
        limit === undefined
          ? `${inEnglish(perSecond)} a second of all`
          : `\`${limit.name}\`: ${limit.uses} in ${limit.seconds} s`,
      'In an hour': inEnglish(times),
      RRU: inEnglish(times * reads),
      WRU: inEnglish(times * (writes + streamWrites + (limit === undefined ? 0 : 1))),
      Posts: inEnglish(times * each),
      'GB in replies': ((times * kb * 1_024) / GB).toFixed(1),
      Dollars: dollarsOf(times, bounds).toFixed(2),
    }
  })
  const dearest = new Map<string, (typeof rows)[number]>()
  for (const row of rows.filter(({ Limit }) => !Limit.endsWith('of all'))) {
    if (Number(row.Dollars) > Number(dearest.get(row.Limit)?.Dollars ?? 0)) dearest.set(row.Limit, row)
  }
  const together = [...dearest.values()]
  const sum = (column: keyof (typeof rows)[number]) =>
    together.reduce((total, row) => total + Number(row[column].replaceAll(',', '')), 0)
  const all = {
    Action: 'the dearest of each limit together',
    Limit: '',
    ...Object.fromEntries((['In an hour', 'RRU', 'WRU', 'Posts'] as const).map((name) => [name, inEnglish(sum(name))])),
    'GB in replies': sum('GB in replies').toFixed(1),
    Dollars: sum('Dollars').toFixed(2),
  }
  expectDocumented('hour', [...rows, all])
  // Only an action that costs no more than its frame may be without a limit of its own.
  expect(rows.filter(({ Limit }) => Limit.endsWith('of all')).map(({ Action }) => Action)).toEqual(['`ping`'])
})

test('in a window that is full an instance refuses without a request', async () => {
  const use = { userId: 'flood', rateClass: 'read', what: 'read more' }
  const refusedBy = (now: number) =>
    metered(client, async () => {
      await expect(countUse(use, { uses: 1, seconds: 10 }, now)).rejects.toMatchObject({
        code: 'rate_limited',
        message: 'unable to read more; the limit is 1 in 10 s',
        retryAfterMs: 10_000 - (now % 10_000),
      })
    })
  await countUse(use, { uses: 1, seconds: 10 }, 20_000)
  expect(costOf(await refusedBy(20_001)).writes).toBe(1)
  expect(await refusedBy(29_999)).toEqual([])
  await countUse(use, { uses: 1, seconds: 10 }, 30_000)
})

test('a gap that is too large takes no room’s small gap along, and the smallest come first', async () => {
  const input = actions.sync.request.parse({ action: 'sync', rooms: { [roomId(0)]: 0, [roomId(1)]: MESSAGES - 1 } })
  const { rooms } = (await handlers.sync.handle(input, eve)) as { rooms: { chatRoomId: string; recovered: boolean }[] }
  const recovered = rooms.filter(({ chatRoomId }) => [roomId(0), roomId(1)].includes(chatRoomId))
  expect(recovered.map(({ recovered }) => recovered)).toEqual([false, true])
})

test('what is past its time, and not shown, makes no frame dearer', async () => {
  const rooms = Array.from({ length: ROOMS }, (_, i) => roomId(i))
  for (const chatRoomId of rooms) await ChatRoom.patch({ chatRoomId }).set({ retentionDays: 1, headRev: 90 }).go()
  const [changed] = rooms
  const entries = MANY.slice(0, 90).map((i) => ({ what: 'm', id: messageIdOf(i + 1) }) as const)
  await appendChanges(changed!, 0, entries, Date.now())
  const frames: Partial<Record<Action, Record<string, unknown>>> = {
    sync: { rooms: Object.fromEntries(rooms.map((chatRoomId) => [chatRoomId, 0])) },
    joinRoom: { chatRoomId: changed, lastSeq: 0 },
    getHistory: worst.getHistory.frame,
    getMessages: worst.getMessages.frame,
    getChanges: { chatRoomId: changed, after: 0 },
    getUnread: worst.getUnread.frame,
  }
  const beyond = []
  for (const [action, frame] of Object.entries(frames)) {
    const input = actions[action as Action].request.parse({ action, ...frame })
    const cost = costOf(await metered(client, async () => void (await handlers[action as Action].handle(input, eve))))
    if (cost.reads > worst[action as Action].reads) beyond.push({ action, ...cost })
  }
  expect(beyond).toEqual([])
})
