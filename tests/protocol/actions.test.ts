import { describe, expect, test } from 'vitest'
import { type Action, actions } from '../../src/protocol/actions.ts'

const thumbhash = '1QcSHQRnh493V4dIh4eXh1h4kJUI'
const ids = (count: number) => Array.from({ length: count }, (_, i) => `room-${String(i)}`)
const members = (count: number) => Array.from({ length: count }, (_, i) => `user-${String(i)}`)

interface Table {
  accepts: Record<string, unknown>[]
  /** Fields, and `path: a part of the problem` for each issue. */
  rejects: [fields: Record<string, unknown>, ...problems: string[]][]
}

const room = { chatRoomId: 'general' }
const text = { content: 'hello' }
const invite = 'x'.repeat(22)
const zoe = { ...room, userId: 'zoe' }
const message = { ...room, messageId: '0000000000000001' }
const needsRoom = [{}, 'chatRoomId: expected string'] as [Record<string, unknown>, string]
const needsRoomAnd = (fields: Record<string, unknown>) =>
  [fields, 'chatRoomId: expected string'] as [Record<string, unknown>, string]
const roomIds = (count: number) => Array.from({ length: count }, (_, i) => `room-${i}`)
const seqs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`room-${i}`, 1]))
const thread = { chatRoomId: 'general', threadId: '0000000000000001', seq: 1 }
const needsUser = [room, 'userId: expected string'] as [Record<string, unknown>, string]

const inexact = (metadata: unknown) => [{ ...room, metadata }, 'metadata: has a lone surrogate'] as Table['rejects'][0]

const tables: Record<Action, Table> = {
  sync: {
    accepts: [
      {},
      { rooms: {} },
      { rooms: { general: 0, other: 41 } },
      { cursor: 'abc' },
      { limit: 1 },
      { limit: 50, only: ['general'] },
      { revs: { general: 0, other: 7 } },
    ],
    rejects: [
      [{ limit: 0 }, 'limit: >=1'],
      [{ limit: 51 }, 'limit: <=50'],
      [{ only: [] }, 'only: >=1'],
      [{ only: Array.from({ length: 21 }, (_, i) => `room-${i}`) }, 'only: <=20'],
      [{ only: ['not an id'] }, 'only.0: must be 1 to 64'],
      [{ rooms: { general: -1 } }, 'rooms.general: >=0'],
      [{ rooms: { general: '41' } }, 'rooms.general: expected number'],
      [{ rooms: { 'not an id': 1 } }, 'rooms.not an id: Invalid key'],
      [{ rooms: ['general'] }, 'rooms: expected record'],
      [{ cursor: '' }, 'cursor: >=1'],
      [{ revs: { general: -1 } }, 'revs.general: >=0'],
      [{ revs: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`r${i}`, 0])) }, 'revs: 1000 rooms'],
    ],
  },
  createRoom: {
    accepts: [
      { roomName: 'General' },
      { roomName: 'General', ...room, members: [] },
      { roomName: 'General', members: members(100) },
    ],
    rejects: [
      [{}, 'roomName: expected string'],
      [{ roomName: '' }, 'roomName: >=1'],
      [{ roomName: 'General', members: members(101) }, 'members: <=100'],
      [{ roomName: 'General', members: ['ada', ''] }, 'members.1: >=1'],
      [{ roomName: 'General', chatRoomId: 'dm:ada' }, "chatRoomId: are the server's"],
    ],
  },
  joinRoom: {
    accepts: [room, { ...room, lastSeq: 0, lastRev: 0 }, { chatRoomId: 'dm:x' }, { invite }, { ...room, invite }],
    rejects: [
      [{}, 'chatRoomId: must be there when no invite is'],
      [{ invite: 'short' }, 'invite: must be 22 of'],
      [{ ...room, lastSeq: 1.5 }, 'lastSeq: expected int'],
    ],
  },
  leaveRoom: { accepts: [room], rejects: [[{}, 'chatRoomId: expected string']] },
  getRoom: {
    accepts: [room, { ...room, cursor: 'abc' }],
    rejects: [
      [{}, 'chatRoomId: expected string'],
      [{ ...room, cursor: 7 }, 'cursor: expected string'],
    ],
  },
  listRooms: {
    accepts: [{}, { limit: 1 }, { limit: 100, cursor: 'abc' }],
    rejects: [
      [{ limit: 0 }, 'limit: >=1'],
      [{ limit: 101 }, 'limit: <=100'],
    ],
  },
  sendMessage: {
    accepts: [
      { ...room, ...text },
      { recipientId: 'bob', ...text },
      { ...room, ...text, clientMessageId: 'c-1', metadata: { order: 7 } },
      { ...room, ...text, replyTo: message.messageId, threadId: message.messageId, inRoom: true },
      { ...room, ...text, mentions: members(50), mentionRoom: true },
    ],
    rejects: [
      [{ ...room, ...text, inRoom: true }, 'inRoom: needs threadId'],
      [{ ...room, ...text, mentions: members(51) }, 'mentions: <=50'],
      [{ ...room, ...text, mentions: ['zoe', 'zoe'] }, 'mentions: names somebody twice'],
      [{ ...room, ...text, threadId: '7' }, 'threadId: 16 digits'],
      [{ ...room, ...text, metadata: { a: 'x'.repeat(2_048) } }, 'metadata: 2048 bytes'],
      [{ ...text }, ': needs either chatRoomId or recipientId'],
      [{ ...room, recipientId: 'bob', ...text }, ': needs either chatRoomId or recipientId'],
      [room, 'content: expected string'],
      [{ ...room, content: '' }, 'content: >=1'],
      [{ ...room, content: 7 }, 'content: expected string'],
      [{ ...room, ...text, clientMessageId: 'a b' }, 'clientMessageId: must be 1 to 64'],
      [{ ...room, ...text, kind: 'broadcast' }, ': Unrecognized key: "kind"'],
      [{ ...room, ...text, senderId: 'eve' }, ': Unrecognized key: "senderId"'],
    ],
  },
  broadcastMessage: {
    accepts: [
      { ...room, ...text },
      { ...room, ...text, clientMessageId: 'c-1' },
    ],
    rejects: [
      [{ ...room, ...text, inRoom: false }, 'inRoom: needs threadId'],
      [text, 'chatRoomId: expected string'],
      [{ recipientId: 'bob', ...text }, 'chatRoomId: expected string', ': Unrecognized key: "recipientId"'],
    ],
  },
  typingIndicator: {
    accepts: [room, { ...room, isTyping: false }],
    rejects: [
      [{ ...room, isTyping: 'yes' }, 'isTyping: expected boolean'],
      [{ isTyping: true }, 'chatRoomId: expected string'],
    ],
  },
  getHistory: {
    accepts: [room, { ...room, before: 5, after: 1, limit: 100 }, { ...room, include: ['deleted'] }],
    rejects: [
      [{ ...room, view: 'thread' }, 'view: expected one of'],
      [{ ...room, include: ['all'] }, 'include.0: expected "deleted"'],
      [{ ...room, limit: 0 }, 'limit: >=1'],
      [{ ...room, limit: 101 }, 'limit: <=100'],
      [{ ...room, before: -1 }, 'before: >=0'],
      [{ ...room, after: null }, 'after: expected number'],
    ],
  },
  editMessage: {
    accepts: [
      { ...message, ...text },
      { ...message, content: '' },
      { ...message, ...text, mentions: [], mentionRoom: false },
      { ...message, content: 'aGVsbG8=', contentEncoding: 'base64', metadata: {}, ifEditedAt: 0 },
    ],
    rejects: [
      [message, 'content: expected string'],
      [{ ...message, content: 'x'.repeat(16_385) }, 'content: 16384 bytes'],
      [{ ...message, ...text, ifEditedAt: -1 }, 'ifEditedAt: >=0'],
      [{ ...room, messageId: '7', ...text }, 'messageId: 16 digits'],
    ],
  },
  deleteMessage: {
    accepts: [message, { ...message, reason: 'spam' }],
    rejects: [
      [room, 'messageId: expected string'],
      [{ ...message, reason: '' }, 'reason: >=1'],
    ],
  },
  getMessages: {
    accepts: [
      { ...room, messageIds: [message.messageId] },
      { ...room, messageIds: [message.messageId], include: ['deleted'] },
    ],
    rejects: [
      [room, 'messageIds: expected array'],
      [{ ...room, messageIds: [] }, 'messageIds: >=1'],
      [{ ...room, messageIds: Array.from({ length: 51 }, () => message.messageId) }, 'messageIds: <=50'],
    ],
  },
  getChanges: {
    accepts: [
      { ...room, after: 0 },
      { ...room, after: 7, limit: 200 },
    ],
    rejects: [
      [room, 'after: expected number'],
      [{ ...room, after: 0, limit: 0 }, 'limit: >=1'],
      [{ ...room, after: 0, limit: 201 }, 'limit: <=200'],
    ],
  },
  addReaction: {
    accepts: [
      { ...message, reaction: '👍' },
      { ...message, reaction: '#️⃣' },
    ],
    rejects: [
      [message, 'reaction: expected string'],
      [{ ...message, reaction: '' }, 'reaction: >=1'],
      [{ ...message, reaction: 'x'.repeat(65) }, 'reaction: is longer than 64 bytes'],
    ],
  },
  removeReaction: {
    accepts: [{ ...message, reaction: '👍' }],
    rejects: [[{ ...message, reaction: 'a\u0000' }, 'reaction: has a control or format character']],
  },
  getThreads: { accepts: [{}, { cursor: 'abc' }], rejects: [[{ cursor: '' }, 'cursor: >=1']] },
  followThread: {
    accepts: [{ ...room, threadId: message.messageId, following: false }],
    rejects: [[{ ...room, threadId: message.messageId }, 'following: expected boolean']],
  },
  getMentions: { accepts: [{}, { cursor: 'abc' }], rejects: [[{ cursor: '' }, 'cursor: >=1']] },
  searchMessages: {
    accepts: [
      { chatRoomIds: ['general'], query: 'a' },
      { chatRoomIds: ids(10), query: '猫'.repeat(128), from: 'ada', before: 0, limit: 50, cursor: 'abc' },
    ],
    rejects: [
      [{ query: 'a' }, 'chatRoomIds: expected array'],
      [{ chatRoomIds: [], query: 'a' }, 'chatRoomIds: >=1'],
      [{ chatRoomIds: ids(11), query: 'a' }, 'chatRoomIds: <=10'],
      [{ chatRoomIds: ['general'], query: '' }, 'query: >=1'],
      [{ chatRoomIds: ['general'], query: 'a'.repeat(129) }, 'query: is longer than 128 characters'],
      [{ chatRoomIds: ['general'], query: 'a', limit: 51 }, 'limit: <=50'],
    ],
  },
  getReactions: {
    accepts: [message, { ...message, reaction: '👍', cursor: 'abc' }],
    rejects: [[room, 'messageId: expected string']],
  },
  addMembers: {
    accepts: [
      { ...room, userIds: ['zoe'] },
      { ...room, userIds: members(100), role: 'guest' },
    ],
    rejects: [
      [room, 'userIds: expected array'],
      [{ ...room, userIds: [] }, 'userIds: >=1'],
      [{ ...room, userIds: members(101) }, 'userIds: <=100'],
      [{ ...room, userIds: ['zoe'], role: 'owner' }, 'role: expected one of'],
    ],
  },
  removeMember: {
    accepts: [zoe, { ...zoe, reason: 'spam' }],
    rejects: [needsUser, [{ ...zoe, reason: '' }, 'reason: >=1'], [{ ...zoe, reason: 'x'.repeat(257) }, 'reason: 256']],
  },
  setRole: {
    accepts: [{ ...zoe, role: 'owner' }],
    rejects: [
      [zoe, 'role: expected one of'],
      [{ ...zoe, role: 'admin' }, 'role: expected one of'],
    ],
  },
  listMembers: {
    accepts: [room, { ...room, role: 'owner', limit: 100, cursor: 'abc' }],
    rejects: [needsRoom, [{ ...room, limit: 101 }, 'limit: <=100']],
  },
  createInvite: {
    accepts: [room, { ...room, role: 'guest', expiresInSeconds: 60, maxUses: 1_000 }],
    rejects: [
      [{ ...room, expiresInSeconds: 59 }, 'expiresInSeconds: >=60'],
      [{ ...room, expiresInSeconds: 2_592_001 }, 'expiresInSeconds: <=2592000'],
      [{ ...room, maxUses: 1_001 }, 'maxUses: <=1000'],
    ],
  },
  listInvites: { accepts: [room], rejects: [needsRoom] },
  revokeInvite: { accepts: [{ ...room, invite }], rejects: [[room, 'invite: expected string']] },
  listPublicRooms: { accepts: [{}, { prefix: 'a' }], rejects: [[{ prefix: '' }, 'prefix: >=1']] },
  blockUser: { accepts: [{ userId: 'zoe' }], rejects: [[{}, 'userId: expected string']] },
  unblockUser: { accepts: [{ userId: 'zoe' }], rejects: [[{}, 'userId: expected string']] },
  listBlocked: { accepts: [{}], rejects: [[{ cursor: '' }, 'cursor: >=1']] },
  updateRoom: {
    accepts: [
      room,
      {
        ...room,
        topic: null,
        imageUrl: 'https://example.com/a.png',
        access: 'private',
        metadata: { a: { b: ['1', 2 ** 53 - 1, -0.5, null, true] } },
      },
      { ...room, settings: { slowModeSeconds: 21_600, editWindowSeconds: null }, ifVersion: 0 },
    ],
    rejects: [
      [{ ...room, topic: '' }, 'topic: >=1'],
      [{ ...room, imageUrl: 'http://example.com/' }, 'imageUrl: https://'],
      [{ ...room, access: 'direct' }, 'access: expected one of'],
      [{ ...room, settings: { slowModeSeconds: 21_601 } }, 'settings.slowModeSeconds: <=21600'],
      [{ ...room, settings: { colour: 'red' } }, 'settings: Unrecognized key: "colour"'],
      [{ ...room, metadata: { a: 'x'.repeat(2_048) } }, 'metadata: 2048 bytes'],
      [{ ...room, metadata: { a: { b: { c: { d: {} } } } } }, 'metadata: deeper than 4'],
      ...[{ a: '\ud800' }, { '\ud800': 1 }, { a: { b: ['\udc00\ud800'] } }].map(inexact),
      ...['{"a":1e400}', '{"a":[-1e400]}', '{"a":9007199254740993}', '{"id":-175928847299117063}'].map((json) =>
        inexact(JSON.parse(json)),
      ),
    ],
  },
  pinMessage: { accepts: [message], rejects: [[room, 'messageId: expected string']] },
  unpinMessage: { accepts: [message], rejects: [[room, 'messageId: expected string']] },
  deleteRoom: { accepts: [room], rejects: [needsRoom] },
  banMember: {
    accepts: [
      zoe,
      { ...zoe, seconds: 60, deleteMessagesSeconds: 0 },
      { ...zoe, seconds: 31_536_000, reason: 'spam', deleteMessagesSeconds: 604_800 },
    ],
    rejects: [
      needsUser,
      [{ ...zoe, seconds: 59 }, 'seconds: >=60'],
      [{ ...zoe, seconds: 31_536_001 }, 'seconds: <='],
      [{ ...zoe, deleteMessagesSeconds: -1 }, 'deleteMessagesSeconds: >=0'],
      [{ ...zoe, deleteMessagesSeconds: 604_801 }, 'deleteMessagesSeconds: <='],
    ],
  },
  unbanMember: { accepts: [zoe], rejects: [needsUser] },
  listBans: { accepts: [room], rejects: [needsRoom] },
  muteMember: {
    accepts: [
      { ...zoe, seconds: 0 },
      { ...zoe, seconds: 2_419_200 },
    ],
    rejects: [
      [zoe, 'seconds: expected number'],
      [{ ...zoe, seconds: 2_419_201 }, 'seconds: <='],
    ],
  },
  closeRoom: { accepts: [{ ...room, closed: true }], rejects: [[room, 'closed: expected boolean']] },
  reportMessage: { accepts: [{ ...message, reason: 'spam' }], rejects: [[message, 'reason: expected string']] },
  getAudit: {
    accepts: [room, { ...room, before: 1, limit: 100 }],
    rejects: [[{ ...room, limit: 101 }, 'limit: <=100']],
  },
  markRead: {
    accepts: [
      { reads: {} },
      { reads: { general: 0, other: 41 }, private: true },
      { reads: {}, threads: [{ chatRoomId: 'general', threadId: '0000000000000001', seq: 1 }] },
    ],
    rejects: [
      [{}, 'reads: expected record'],
      [{ reads: { general: -1 } }, 'reads.general: >=0'],
      [{ reads: { 'not an id': 1 } }, 'reads.not an id: Invalid key'],
      [{ reads: seqs(51) }, 'reads: has more than 50 rooms'],
      [{ reads: {}, threads: [{ chatRoomId: 'general', seq: 1 }] }, 'threads.0.threadId: expected string'],
      [{ reads: {}, threads: Array.from({ length: 21 }, () => thread) }, 'threads: <=20'],
      [{ reads: {}, private: 1 }, 'private: expected boolean'],
    ],
  },
  markUnread: { accepts: [{ ...room, seq: 1 }], rejects: [needsRoomAnd({ seq: 1 }), [room, 'seq: expected number']] },
  getUnread: {
    accepts: [{ heads: {} }, { heads: seqs(100) }],
    rejects: [
      [{}, 'heads: expected record'],
      [{ heads: seqs(101) }, 'heads: has more than 100 rooms'],
    ],
  },
  setNotifications: {
    accepts: [
      { ...room, level: 'all' },
      { ...room, level: 'mentions', until: 1 },
      { ...room, level: 'none' },
    ],
    rejects: [
      needsRoomAnd({ level: 'none' }),
      [room, 'level: Invalid option'],
      [{ ...room, level: 'direct' }, 'level: Invalid option'],
      [{ ...room, level: 'none', until: -1 }, 'until: >=0'],
    ],
  },
  getReceipts: { accepts: [room], rejects: [needsRoom] },
  enterPresence: {
    accepts: [room, { ...room, data: {} }, { ...room, data: { text: 'x'.repeat(501) } }],
    rejects: [
      needsRoom,
      [{ ...room, data: { text: 'x'.repeat(502) } }, 'data: is longer than 512 bytes as JSON'],
      [{ ...room, data: 'here' }, 'data: expected record'],
    ],
  },
  leavePresence: { accepts: [room], rejects: [needsRoom] },
  getPresence: { accepts: [room], rejects: [needsRoom] },
  getOnline: {
    accepts: [{ chatRoomIds: [] }, { chatRoomIds: roomIds(50) }],
    rejects: [
      [{}, 'chatRoomIds: expected array'],
      [{ chatRoomIds: ['not an id'] }, 'chatRoomIds.0: must be 1 to 64 of A-Z a-z 0-9 _ : -'],
      [{ chatRoomIds: roomIds(51) }, 'chatRoomIds: <=50'],
    ],
  },
  setProfile: {
    accepts: [
      {},
      { name: 'Ada' },
      { imageUrl: 'https://example.com/ada.png', metadata: { team: 'engines' } },
      { imageUrl: null },
      { imageUrl: `https://${'x'.repeat(1_016)}` },
    ],
    rejects: [
      [{ name: '' }, 'name: >=1'],
      [{ name: null }, 'name: expected string'],
      [{ name: 'Ada\u202e' }, 'name: has a blank at its start or end, or a character that does not print'],
      [{ imageUrl: 'http://example.com/ada.png' }, 'imageUrl: must be a URL that starts with https://'],
      [{ imageUrl: 'javascript:alert(1)' }, 'imageUrl: must be a URL that starts with https://'],
      [{ imageUrl: `https://${'x'.repeat(1_017)}` }, 'imageUrl: <=1024'],
      [{ metadata: { data: 'x'.repeat(2_048) } }, 'metadata: is longer than 2048 bytes as JSON'],
      [{ metadata: null }, 'metadata: expected record'],
      [{ userName: 'Ada' }, ': Unrecognized key: "userName"'],
    ],
  },
  getUsers: {
    accepts: [{ userIds: ['ada'] }, { userIds: members(100) }],
    rejects: [
      [{}, 'userIds: expected array'],
      [{ userIds: [] }, 'userIds: >=1'],
      [{ userIds: members(101) }, 'userIds: <=100'],
      [{ userIds: ['ada', ''] }, 'userIds.1: >=1'],
    ],
  },
  handleFileUpload: {
    accepts: [
      { ...room, fileName: 'view.jpg', contentType: 'image/jpeg', size: 1 },
      { ...room, fileName: 'view.jpg', contentType: 'image/jpeg', size: 1, caption: '', clientMessageId: 'c-1' },
      { ...room, fileName: 'a.jpg', contentType: 'image/jpeg', size: 1, width: 4_000, height: 3_000, thumbhash },
    ],
    rejects: [
      [{ ...room, fileName: 'view.jpg', contentType: 'image/jpeg', size: 0 }, 'size: >=1'],
      [{ ...room, fileName: 'a.jpg', contentType: 'image/jpeg', size: 1, width: 0 }, 'width: >=1'],
      [{ ...room, fileName: 'a.jpg', contentType: 'image/jpeg', size: 1, inRoom: true }, 'inRoom: needs threadId'],
      [{ ...room, size: 1 }, 'fileName: expected string', 'contentType: expected string'],
    ],
  },
  getFileUrl: {
    accepts: [{ ...room, messageId: '0000000000000042' }],
    rejects: [[{ ...room, messageId: 42 }, 'messageId: expected string']],
  },
  ping: { accepts: [{}], rejects: [[{ payload: 1 }, ': Unrecognized key: "payload"']] },
}

/** Returns copies of a value, each with a lone surrogate at the end of one of its texts or keys. */
function withLoneSurrogates<V>(value: V): V[] {
  if (typeof value === 'string') return [`${value}\ud800` as V]
  if (typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value) as [string, unknown][]
  return entries.flatMap(([key, inner]) => [
    ...withLoneSurrogates(inner).map((broken) =>
      Array.isArray(value) ? (value.with(Number(key), broken) as V) : { ...value, [key]: broken },
    ),
    ...(Array.isArray(value) ? [] : [{ ...value, [`${key}\ud800`]: inner }]),
  ])
}

describe.each(Object.entries(tables))('%s', (name, { accepts, rejects }) => {
  const action = name as Action
  const { request } = actions[action]

  test.each(accepts)('accepts %j', (fields) => {
    expect(request.parse({ action, ...fields })).toMatchObject({ action, ...fields })
  })

  test.each(rejects)('rejects %j', (fields, ...problems) => {
    const { error } = request.safeParse({ action, ...fields })
    const issues = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
    const matched = problems.map((problem) => {
      const [path, words] = [problem.slice(0, problem.indexOf(': ')), problem.slice(problem.indexOf(': ') + 2)]
      return issues.filter((issue) => issue.startsWith(`${path}: `) && issue.includes(words)).length
    })
    expect({ issues, matched }).toEqual({ issues: expect.any(Array) as string[], matched: problems.map(() => 1) })
    expect(issues).toHaveLength(problems.length)
  })

  test('refuses a lone surrogate in every text', () => {
    for (const fields of accepts) {
      for (const broken of withLoneSurrogates(fields))
        expect(request.safeParse({ action, ...broken }).success).toBe(false)
    }
  })

  test('takes requestId and userId, refuses another action and a key that it does not know', () => {
    const frame = { action, ...accepts[0], requestId: 'r1', userId: 'ada' }
    expect(request.safeParse(frame).success).toBe(true)
    expect(request.safeParse({ ...frame, action: action.toUpperCase() }).success).toBe(false)
    expect(request.safeParse({ ...frame, requestid: 'r1' }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['requestid'] },
    ])
    expect(request.safeParse({ ...frame, requestId: '' }).success).toBe(false)
    expect(request.safeParse({ ...frame, userId: 7 }).success).toBe(false)
  })
})

test('what is left out has the default that the protocol names', () => {
  expect(actions.listRooms.request.parse({ action: 'listRooms' }).limit).toBe(50)
  expect(actions.getHistory.request.parse({ action: 'getHistory', ...room })).toMatchObject({ limit: 50, view: 'all' })
  expect(actions.typingIndicator.request.parse({ action: 'typingIndicator', ...room }).isTyping).toBe(true)
})
