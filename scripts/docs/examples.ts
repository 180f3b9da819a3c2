import type * as z from 'zod/mini'
import type { Action, actions, Reply } from '../../src/protocol/actions.ts'
import { limitsOf } from '../../src/protocol/announced-limits.ts'
import type { ChangeEvent } from '../../src/protocol/change-events.ts'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { ErrorFrame } from '../../src/protocol/frames.ts'
import type { serverOnly, ServerOnlyAction, ServerReply } from '../../src/protocol/server-api.ts'
import type { RoomDetails } from '../../src/protocol/room-schema.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import * as limit from '../../src/protocol/limits.ts'

type RequestExample<A extends Action> = z.input<(typeof actions)[A]['request']>

export const NOW = 1_767_225_600_000
const DIRECT = 'dm:k3Zb1Vd0mPq7sYw2nJxLrT5uEaHcGf8oQi4R6tBvNyM'
const UPLOAD = '7c0e1a52-3f0d-4d4e-9a3b-0d7c5f3b8e11'

const hello: MessageEvent = {
  event: 'message',
  chatRoomId: 'general',
  seq: 42,
  messageId: '0000000000000042',
  kind: 'text',
  senderId: 'ada',
  content: 'hello',
  timestamp: NOW,
  clientMessageId: 'ada-1',
}

const photo: MessageEvent = {
  event: 'message',
  chatRoomId: 'general',
  seq: 43,
  messageId: '0000000000000043',
  kind: 'file',
  senderId: 'ada',
  content: 'the view from here',
  timestamp: NOW + 60_000,
  file: {
    uploadId: UPLOAD,
    fileName: 'view.jpg',
    contentType: 'image/jpeg',
    size: 48_213,
    fileUrl: 'https://bucket.example/rooms/general/view?X-Amz-Signature=…',
    fileUrlExpiresAt: NOW + 960_000,
    width: 4_000,
    height: 3_000,
    thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  },
}

const general = { chatRoomId: 'general', roomName: 'General' }
const invite = 'Zm9yLXRoZS1leGFtcGxlcw'

const details: RoomDetails = {
  ...general,
  access: 'private',
  topic: 'Everything',
  settings: settingsOf('private'),
  pins: ['0000000000000042'],
  closed: false,
  createdBy: 'ada',
  createdAt: NOW,
  memberCount: 2,
  version: 1,
}

/** What a member's replies contain about the room. */
const standing = { access: 'private', role: 'owner' } as const

const edited: Extract<ChangeEvent, { event: 'messageUpdated' }> = {
  event: 'messageUpdated',
  chatRoomId: 'general',
  rev: 7,
  message: { ...hello, content: 'hello, everybody', version: 1, editedAt: NOW + 60_000 },
}

const changeGap = { headRev: 7, changesRecovered: true, changes: [edited] }
const ofHello = { chatRoomId: 'general', messageId: '0000000000000042', seq: 42 }

const sent = { chatRoomId: 'general', messageId: '0000000000000042', seq: 42, timestamp: NOW, duplicate: false }

/** One example for every action: the request without its `requestId`, and the reply's `data`. */
export const examples: { [A in Action]: { request: RequestExample<A>; reply: Reply<A> } } = {
  sync: {
    request: { action: 'sync', rooms: { general: 42 }, revs: { general: 6 } },
    reply: {
      serverTime: NOW,
      connectionId: 'R1kmxc2VNjMCFIA=',
      userId: 'bob',
      limits: limitsOf({ contentTypes: ['application/pdf', 'image/*', 'text/plain'] }),
      features: ['sessions'],
      rooms: [
        {
          ...general,
          headSeq: 43,
          ...standing,
          closed: false,
          readEveryMs: limit.READ_EVERY_MS,
          notify: { level: 'mentions', until: NOW + 3_600_000 },
          recovered: true,
          events: [photo],
          ...changeGap,
        },
      ],
    },
  },
  createRoom: {
    request: {
      action: 'createRoom',
      chatRoomId: 'general',
      roomName: 'General',
      members: ['bob'],
      access: 'private',
      topic: 'Everything',
    },
    reply: { ...general, headSeq: 0, ...standing, room: details, members: ['ada', 'bob'] },
  },
  joinRoom: {
    request: { action: 'joinRoom', chatRoomId: 'general', lastSeq: 41, lastRev: 0 },
    reply: {
      ...general,
      headSeq: 42,
      ...standing,
      room: details,
      members: ['ada', 'bob', 'cleo'],
      readEveryMs: limit.READ_EVERY_MS,
      recovered: true,
      events: [hello],
      headRev: 0,
      changesRecovered: true,
      changes: [],
    },
  },
  leaveRoom: { request: { action: 'leaveRoom', chatRoomId: 'general' }, reply: { chatRoomId: 'general' } },
  getRoom: {
    request: { action: 'getRoom', chatRoomId: 'general' },
    reply: { ...general, headSeq: 42, ...standing, room: details, members: ['ada', 'bob'] },
  },
  listRooms: {
    request: { action: 'listRooms', limit: 1 },
    reply: { rooms: [{ ...general, headSeq: 42, headRev: 7 }], nextCursor: 'Z2VuZXJhbA' },
  },
  sendMessage: {
    request: { action: 'sendMessage', chatRoomId: 'general', content: 'hello', clientMessageId: 'ada-1' },
    reply: sent,
  },
  broadcastMessage: {
    request: { action: 'broadcastMessage', chatRoomId: 'general', content: 'hello', clientMessageId: 'ada-1' },
    reply: sent,
  },
  typingIndicator: {
    request: { action: 'typingIndicator', chatRoomId: 'general' },
    reply: { expiresAt: NOW + limit.TYPING_EXPIRY_MS },
  },
  getHistory: {
    request: { action: 'getHistory', chatRoomId: 'general', before: 44, limit: 2 },
    reply: { messages: [hello, photo], hasMore: true },
  },
  editMessage: {
    request: {
      action: 'editMessage',
      chatRoomId: 'general',
      messageId: '0000000000000042',
      content: 'hello, everybody',
      ifEditedAt: 0,
    },
    reply: { ...ofHello, version: 1, editedAt: NOW + 60_000, changed: true },
  },
  deleteMessage: {
    request: { action: 'deleteMessage', chatRoomId: 'general', messageId: '0000000000000042' },
    reply: { ...ofHello, version: 2, deletedAt: NOW + 120_000, changed: true },
  },
  getMessages: {
    request: { action: 'getMessages', chatRoomId: 'general', messageIds: ['0000000000000043'] },
    reply: { messages: [photo] },
  },
  getChanges: {
    request: { action: 'getChanges', chatRoomId: 'general', after: 6 },
    reply: { changes: [edited], headRev: 7, recovered: true, hasMore: false },
  },
  handleFileUpload: {
    request: {
      action: 'handleFileUpload',
      chatRoomId: 'general',
      fileName: 'view.jpg',
      contentType: 'image/jpeg',
      size: 48_213,
      caption: 'the view from here',
      width: 4_000,
      height: 3_000,
      thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
    },
    reply: {
      uploadId: UPLOAD,
      method: 'POST',
      url: 'https://bucket.example/',
      fields: { key: `rooms/general/${UPLOAD}/original`, 'Content-Type': 'image/jpeg', Policy: '…' },
      expiresAt: NOW + 900_000,
      maxBytes: limit.DEFAULT_MAX_FILE_BYTES,
    },
  },
  getFileUrl: {
    request: { action: 'getFileUrl', chatRoomId: 'general', messageId: '0000000000000043' },
    reply: { fileUrl: photo.file!.fileUrl, expiresAt: NOW + 960_000 },
  },
  addReaction: {
    request: { action: 'addReaction', chatRoomId: 'general', messageId: '0000000000000042', reaction: '👍' },
    reply: { chatRoomId: 'general', messageId: '0000000000000042', reaction: '👍', changed: true },
  },
  removeReaction: {
    request: { action: 'removeReaction', chatRoomId: 'general', messageId: '0000000000000042', reaction: '👍' },
    reply: { chatRoomId: 'general', messageId: '0000000000000042', reaction: '👍', changed: true },
  },
  getThreads: {
    request: { action: 'getThreads' },
    reply: {
      threads: [
        {
          chatRoomId: 'general',
          root: { ...hello, thread: { replies: 2, lastSeq: 45, lastAt: NOW + 9_000, lastUserIds: ['cleo', 'bob'] } },
          readSeq: 44,
          unread: { count: 1, exact: true },
        },
      ],
    },
  },
  followThread: {
    request: { action: 'followThread', chatRoomId: 'general', threadId: '0000000000000042', following: false },
    reply: {},
  },
  getMentions: {
    request: { action: 'getMentions' },
    reply: {
      mentions: [{ chatRoomId: 'general', messageId: '0000000000000042', seq: 42, senderId: 'ada', timestamp: NOW }],
    },
  },
  searchMessages: {
    request: { action: 'searchMessages', chatRoomIds: ['general', 'random'], query: 'hel' },
    reply: { hits: [{ message: hello, matched: ['Hello'] }], nextCursor: 'NDIsMA' },
  },
  getReactions: {
    request: { action: 'getReactions', chatRoomId: 'general', messageId: '0000000000000042' },
    reply: { reactions: [{ reaction: '👍', userId: 'bob', timestamp: NOW + 1_000 }] },
  },
  addMembers: {
    request: { action: 'addMembers', chatRoomId: 'general', userIds: ['cleo', 'dan', 'eve'] },
    reply: { added: ['cleo'], already: ['dan'], refused: [{ userId: 'eve', code: 'banned' }] },
  },
  removeMember: {
    request: { action: 'removeMember', chatRoomId: 'general', userId: 'dan', reason: 'spam' },
    reply: {},
  },
  setRole: {
    request: { action: 'setRole', chatRoomId: 'general', userId: 'cleo', role: 'moderator' },
    reply: {},
  },
  listMembers: {
    request: { action: 'listMembers', chatRoomId: 'general', limit: 2 },
    reply: {
      members: [
        { userId: 'ada', role: 'owner', joinedAt: NOW },
        { userId: 'bob', role: 'member', joinedAt: NOW, mutedUntil: NOW + 3_600_000 },
      ],
      nextCursor: 'Ym9i',
    },
  },
  createInvite: {
    request: { action: 'createInvite', chatRoomId: 'general', maxUses: 10 },
    reply: { invite, expiresAt: NOW + 604_800_000 },
  },
  listInvites: {
    request: { action: 'listInvites', chatRoomId: 'general' },
    reply: {
      invites: [
        { invite, role: 'member', by: 'ada', createdAt: NOW, expiresAt: NOW + 604_800_000, uses: 3, maxUses: 10 },
      ],
    },
  },
  revokeInvite: { request: { action: 'revokeInvite', chatRoomId: 'general', invite }, reply: {} },
  listPublicRooms: {
    request: { action: 'listPublicRooms', prefix: 'gen' },
    reply: { rooms: [{ ...general, topic: 'Everything', memberCount: 3 }] },
  },
  blockUser: { request: { action: 'blockUser', userId: 'eve' }, reply: {} },
  unblockUser: { request: { action: 'unblockUser', userId: 'eve' }, reply: {} },
  listBlocked: { request: { action: 'listBlocked' }, reply: { userIds: ['eve'] } },
  updateRoom: {
    request: {
      action: 'updateRoom',
      chatRoomId: 'general',
      topic: 'Everything',
      settings: { slowModeSeconds: 30 },
      ifVersion: 0,
    },
    reply: { room: { ...details, settings: { ...details.settings, slowModeSeconds: 30 } } },
  },
  pinMessage: {
    request: { action: 'pinMessage', chatRoomId: 'general', messageId: '0000000000000042' },
    reply: { pins: ['0000000000000042'] },
  },
  unpinMessage: {
    request: { action: 'unpinMessage', chatRoomId: 'general', messageId: '0000000000000042' },
    reply: { pins: [] },
  },
  deleteRoom: { request: { action: 'deleteRoom', chatRoomId: 'general' }, reply: {} },
  banMember: {
    request: { action: 'banMember', chatRoomId: 'general', userId: 'eve', seconds: 86_400, reason: 'spam' },
    reply: { until: NOW + 86_400_000 },
  },
  unbanMember: { request: { action: 'unbanMember', chatRoomId: 'general', userId: 'eve' }, reply: {} },
  listBans: {
    request: { action: 'listBans', chatRoomId: 'general' },
    reply: { bans: [{ userId: 'eve', by: 'ada', at: NOW, until: NOW + 86_400_000, reason: 'spam' }] },
  },
  muteMember: {
    request: { action: 'muteMember', chatRoomId: 'general', userId: 'bob', seconds: 3_600 },
    reply: { mutedUntil: NOW + 3_600_000 },
  },
  closeRoom: { request: { action: 'closeRoom', chatRoomId: 'general', closed: true }, reply: {} },
  reportMessage: {
    request: { action: 'reportMessage', chatRoomId: 'general', messageId: '0000000000000042', reason: 'spam' },
    reply: {},
  },
  getAudit: {
    request: { action: 'getAudit', chatRoomId: 'general', limit: 1 },
    reply: { entries: [{ at: NOW, by: 'ada', action: 'kick', userId: 'dan', reason: 'spam' }], hasMore: true },
  },
  markRead: {
    request: {
      action: 'markRead',
      reads: { general: 42, random: 7 },
      threads: [{ chatRoomId: 'general', threadId: '0000000000000031', seq: 42 }],
    },
    reply: {},
  },
  markUnread: { request: { action: 'markUnread', chatRoomId: 'general', seq: 40 }, reply: { readSeq: 39 } },
  getUnread: {
    request: { action: 'getUnread', heads: { general: 42, random: 180 } },
    reply: {
      rooms: {
        general: { readSeq: 39, count: 2, exact: true, mentions: 0 },
        random: { readSeq: 7, count: 173, exact: false, mentions: 0 },
      },
      threads: { count: 0 },
    },
  },
  getReceipts: {
    request: { action: 'getReceipts', chatRoomId: 'general' },
    reply: { receipts: { ada: 42, bob: 40 } },
  },
  setNotifications: {
    request: { action: 'setNotifications', chatRoomId: 'general', level: 'mentions', until: NOW + 3_600_000 },
    reply: {},
  },
  setProfile: {
    request: { action: 'setProfile', name: 'Bob', imageUrl: 'https://people.example.com/bob.png' },
    reply: {
      profile: { userId: 'bob', name: 'Bob', imageUrl: 'https://people.example.com/bob.png', updatedAt: NOW },
    },
  },
  getUsers: {
    request: { action: 'getUsers', userIds: ['ada', 'bob'] },
    reply: { users: [{ userId: 'ada', name: 'Ada Lovelace', metadata: { team: 'engines' }, updatedAt: NOW }] },
  },
  enterPresence: {
    request: { action: 'enterPresence', chatRoomId: 'general', data: { reading: true } },
    reply: { until: NOW + limit.PRESENCE_LEASE_MS, everyMs: limit.PRESENCE_RENEW_MS },
  },
  leavePresence: { request: { action: 'leavePresence', chatRoomId: 'general' }, reply: {} },
  getPresence: {
    request: { action: 'getPresence', chatRoomId: 'general' },
    reply: {
      present: [
        { userId: 'ada', since: NOW - 60_000 },
        { userId: 'bob', data: { reading: true }, since: NOW },
      ],
      count: 2,
      capped: false,
    },
  },
  getOnline: {
    request: { action: 'getOnline', chatRoomIds: ['general', DIRECT] },
    reply: {
      rooms: {
        general: { userIds: ['ada', 'bob', 'cleo'], capped: false },
        [DIRECT]: { userIds: ['bob'], capped: false },
      },
    },
  },
  ping: { request: { action: 'ping' }, reply: { serverTime: NOW } },
}

const jobId = '1800000000000-Zm9vYmFy'

/** Examples of the actions that are for backends only. */
export const serverOnlyExamples: {
  [A in ServerOnlyAction]: { request: z.input<(typeof serverOnly)[A]['request']>; reply: ServerReply<A> }
} = {
  disconnectUser: {
    request: { action: 'disconnectUser', userId: 'dan', reason: 'signed out' },
    reply: { connections: 2 },
  },
  banUser: { request: { action: 'banUser', userId: 'dan', until: NOW + 86_400_000 }, reply: {} },
  unbanUser: { request: { action: 'unbanUser', userId: 'dan' }, reply: {} },
  upsertUsers: {
    request: { action: 'upsertUsers', users: [{ userId: 'dan', name: 'Dan', imageUrl: null }] },
    reply: { users: [{ userId: 'dan', name: 'Dan', updatedAt: NOW }] },
  },
  truncateRoom: { request: { action: 'truncateRoom', chatRoomId: 'general', before: 1_000 }, reply: { jobId } },
  exportUser: { request: { action: 'exportUser', userId: 'ada' }, reply: { jobId } },
  exportRoom: { request: { action: 'exportRoom', chatRoomId: 'general' }, reply: { jobId } },
  eraseUser: { request: { action: 'eraseUser', userId: 'dan', mode: 'delete' }, reply: { jobId } },
  getJob: {
    request: { action: 'getJob', jobId },
    reply: { jobId, kind: 'truncateRoom', state: 'running', done: 400 },
  },
}

export const eventExamples: { [N in ChatEvent['event']]: Extract<ChatEvent, { event: N }> } = {
  message: photo,
  typing: {
    event: 'typing',
    chatRoomId: 'general',
    userId: 'ada',
    isTyping: true,
    expiresAt: NOW + limit.TYPING_EXPIRY_MS,
  },
  memberJoined: { event: 'memberJoined', chatRoomId: 'general', userId: 'cleo', timestamp: NOW },
  memberLeft: { event: 'memberLeft', chatRoomId: 'general', userId: 'cleo', timestamp: NOW },
  roomAdded: { event: 'roomAdded', ...general, headSeq: 42, headRev: 7, access: 'private', role: 'member', by: 'ada' },
  removed: { event: 'removed', chatRoomId: 'general', reason: 'kicked', note: 'spam' },
  uploadFailed: { event: 'uploadFailed', chatRoomId: 'general', uploadId: UPLOAD, reason: 'type_mismatch' },
  goodbye: { event: 'goodbye', reason: 'signed out' },
  messageUpdated: edited,
  messageDeleted: {
    event: 'messageDeleted',
    chatRoomId: 'general',
    rev: 8,
    seq: 42,
    messageId: '0000000000000042',
    version: 2,
    deletedAt: NOW + 120_000,
    deletedBy: 'ada',
  },
  roomUpdated: { event: 'roomUpdated', chatRoomId: 'general', rev: 9, room: details },
  memberUpdated: {
    event: 'memberUpdated',
    chatRoomId: 'general',
    rev: 10,
    userId: 'cleo',
    role: 'member',
    mutedUntil: NOW + 3_600_000,
    version: 1,
  },
  historyCleared: { event: 'historyCleared', chatRoomId: 'general', rev: 11, before: 40 },
  userErased: { event: 'userErased', chatRoomId: 'general', rev: 12, userId: 'eve' },
  changesSkipped: { event: 'changesSkipped', chatRoomId: 'general', rev: 250 },
  read: { event: 'read', chatRoomId: 'general', seq: 42, at: NOW },
  receipts: { event: 'receipts', chatRoomId: 'general', receipts: { bob: 42, cleo: 40 } },
  presenceEntered: {
    event: 'presenceEntered',
    chatRoomId: 'general',
    userId: 'bob',
    data: { reading: true },
    since: NOW,
    at: NOW + 40,
  },
  presenceUpdated: {
    event: 'presenceUpdated',
    chatRoomId: 'general',
    userId: 'bob',
    data: {},
    since: NOW,
    at: NOW + 900,
  },
  presenceLeft: {
    event: 'presenceLeft',
    chatRoomId: 'general',
    userId: 'bob',
    effectiveAt: NOW + 5_000 + limit.PRESENCE_GRACE_MS,
    at: NOW + 5_000,
  },
  online: { event: 'online', chatRoomId: DIRECT, userId: 'bob', online: true, effectiveAt: NOW, at: NOW },
}

export const errorExample: ErrorFrame = {
  type: 'error',
  action: 'sendMessage',
  requestId: 'r7',
  error: {
    code: 'invalid_request',
    message: 'unable to accept the frame; it is not of the schema',
    retryable: false,
    details: [{ path: 'chatRoomId', problem: 'must be 1 to 64 of A-Z a-z 0-9 _ : -' }],
  },
}

export const rateLimitedExample: ErrorFrame = {
  type: 'error',
  action: 'sendMessage',
  requestId: 'r8',
  error: {
    code: 'rate_limited',
    message: 'unable to send; too many messages',
    retryable: true,
    retryAfterMs: 4_000,
  },
}

export const gatewayExample = {
  message: 'Internal server error',
  connectionId: 'R1kmxc2VNjMCFIA=',
  requestId: 'PvxLmEGVNjMFlBw=',
}
