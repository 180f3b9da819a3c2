import type * as limits from '../../src/protocol/limits.ts'

interface LimitRow {
  what: string
  unit: 'bytes' | 'code points' | 'items' | 'days' | 'ms'
  beyond: string
}

/** A row for every constant of `src/protocol/limits.ts`. The compiler reports a missing one. */
export const limitRows: Record<keyof typeof limits, LimitRow> = {
  MAX_CONTENT_BYTES: {
    what: '`content` of a message',
    unit: 'bytes',
    beyond: '`too_large`',
  },
  MAX_CAPTION_BYTES: { what: '`caption` of a file', unit: 'bytes', beyond: '`too_large`' },
  MAX_FILE_NAME_CHARS: {
    what: '`fileName`',
    unit: 'code points',
    beyond: '`invalid_request`',
  },
  DEFAULT_MAX_FILE_BYTES: {
    what: 'a file; this is the default, a deployment may set another',
    unit: 'bytes',
    beyond: '`too_large`',
  },
  MAX_ROOM_NAME_CHARS: {
    what: '`roomName`',
    unit: 'code points',
    beyond: '`invalid_request`',
  },
  MAX_USER_ID_CHARS: { what: 'a user id', unit: 'code points', beyond: '`invalid_request`; as `sub`, HTTP 401' },
  MAX_USER_NAME_CHARS: {
    what: '`name` of a user; a longer one in a token is cut',
    unit: 'code points',
    beyond: '`invalid_request`',
  },
  MAX_USERS: { what: '`userIds` of `getUsers`, `users` of `upsertUsers`', unit: 'items', beyond: '`invalid_request`' },
  MAX_CREATE_ROOM_MEMBERS: {
    what: '`members` of `createRoom`, the creator not counted',
    unit: 'items',
    beyond: '`invalid_request`',
  },
  MAX_MARKS: { what: '`reads` of `markRead`', unit: 'items', beyond: '`invalid_request`' },
  MAX_THREAD_MARKS: { what: '`threads` of `markRead`', unit: 'items', beyond: '`invalid_request`' },
  MAX_UNREAD_ROOMS: { what: '`heads` of `getUnread`', unit: 'items', beyond: '`invalid_request`' },
  MAX_EXACT_UNREAD: {
    what: 'messages and holes after the marker among which `getUnread` counts',
    unit: 'items',
    beyond: '`exact: false`',
  },
  MAX_RECEIPT_MEMBERS: { what: 'members of a room with receipts', unit: 'items', beyond: '`limit_reached`' },
  READ_EVERY_MS: {
    what: 'between two `markRead` of a client for one small room; larger rooms announce a longer time as `readEveryMs`',
    unit: 'ms',
    beyond: 'nothing; the client limits itself',
  },
  MAX_MEMBERS_PER_REPLY: { what: '`members` of one reply', unit: 'items', beyond: '`nextCursor`' },
  MAX_ADD_MEMBERS: { what: '`userIds` of `addMembers`', unit: 'items', beyond: '`invalid_request`' },
  MAX_MEMBERS_PAGE: { what: '`limit` of `listMembers`', unit: 'items', beyond: '`invalid_request`' },
  DEFAULT_MAX_ROOM_MEMBERS: {
    what: 'members of a room; a deployment may set another',
    unit: 'items',
    beyond: '`limit_reached`',
  },
  MAX_PINS: { what: 'pinned messages of a room', unit: 'items', beyond: '`limit_reached`' },
  MAX_RETENTION_DAYS: {
    what: '`settings.retentionDays` of a room, and the deployment’s own',
    unit: 'days',
    beyond: '`invalid_request`',
  },
  MAX_REACTION_BYTES: { what: 'a reaction', unit: 'bytes', beyond: '`invalid_request`' },
  MAX_REACTIONS: { what: 'different reactions to a message', unit: 'items', beyond: '`limit_reached`' },
  MAX_REACTION_USERS: {
    what: '`userIds` of a reaction in a message, the latest; fewer where the ids of all are over 8 KB',
    unit: 'items',
    beyond: '`getReactions`',
  },
  MAX_REACTIONS_PAGE: { what: '`reactions` of one `getReactions`', unit: 'items', beyond: '`nextCursor`' },
  MAX_MENTIONS: { what: '`mentions` of a message', unit: 'items', beyond: '`invalid_request`' },
  MAX_MENTIONS_PAGE: { what: '`mentions` of one `getMentions`', unit: 'items', beyond: '`nextCursor`' },
  MAX_THREADS_PAGE: { what: '`threads` of one `getThreads`', unit: 'items', beyond: '`nextCursor`' },
  MAX_SEARCH_ROOMS: { what: '`chatRoomIds` of `searchMessages`', unit: 'items', beyond: '`invalid_request`' },
  MAX_SEARCH_CHARS: { what: '`query` of `searchMessages`', unit: 'code points', beyond: '`invalid_request`' },
  MAX_SEARCH_PAGE: { what: '`limit` of `searchMessages`', unit: 'items', beyond: '`invalid_request`' },
  DEFAULT_SEARCH_PAGE: {
    what: '`limit` of `searchMessages` when left out',
    unit: 'items',
    beyond: '`nextCursor`',
  },
  MAX_MESSAGES_BY_ID: { what: '`messageIds` of `getMessages`', unit: 'items', beyond: '`invalid_request`' },
  MAX_CHANGES_PAGE: {
    what: '`limit` of `getChanges`, and when left out; the page is shorter where its messages are large',
    unit: 'items',
    beyond: '`invalid_request`',
  },
  MAX_HISTORY_PAGE: {
    what: '`limit` of `getHistory`; the page is shorter where its messages are large',
    unit: 'items',
    beyond: '`invalid_request`',
  },
  DEFAULT_HISTORY_PAGE: { what: '`limit` of `getHistory` when left out', unit: 'items', beyond: '`hasMore`' },
  MAX_ROOMS_PAGE: { what: '`limit` of `listRooms`', unit: 'items', beyond: '`invalid_request`' },
  DEFAULT_ROOMS_PAGE: {
    what: '`limit` of `listRooms` and of `sync` when left out, and the largest of `sync`',
    unit: 'items',
    beyond: '`nextCursor`',
  },
  DEFAULT_MAX_USER_CONNECTIONS: {
    what: 'live connections of a user that have synced; a deployment may set another',
    unit: 'items',
    beyond: '`limit_reached`',
  },
  DEFAULT_MAX_USER_ROOMS: {
    what: 'rooms that a user is in and has created or joined themselves; a deployment may set another',
    unit: 'items',
    beyond: '`limit_reached`',
  },
  DEFAULT_MAX_PENDING_UPLOADS: {
    what: 'uploads of a user whose form is valid and whose file has not arrived; a deployment may set another',
    unit: 'items',
    beyond: '`limit_reached`',
  },
  DEFAULT_MAX_PENDING_UPLOAD_BYTES: {
    what: 'these uploads together; a single one may be larger; a deployment may set another',
    unit: 'bytes',
    beyond: '`limit_reached`',
  },
  MAX_SYNC_ROOMS: { what: 'rooms in `rooms` of `sync`', unit: 'items', beyond: '`invalid_request`' },
  MAX_SYNC_ONLY: { what: 'rooms in `only` of `sync`', unit: 'items', beyond: '`invalid_request`' },
  TYPING_REPEAT_MS: {
    what: 'a `typingIndicator` that is repeated sooner has a reply but no event',
    unit: 'ms',
    beyond: 'an event',
  },
  TYPING_AGAIN_MS: {
    what: 'a `typingIndicator` of a user who has stopped or sent is posted at the earliest this long after the last one',
    unit: 'ms',
    beyond: 'an event',
  },
  TYPING_EXPIRY_MS: {
    what: 'how long a user is shown as typing after the last indicator',
    unit: 'ms',
    beyond: 'no longer typing, without an event',
  },
  PRESENCE_LEASE_MS: { what: 'how long a presence lasts without a renewal', unit: 'ms', beyond: 'present no longer' },
  PRESENCE_RENEW_MS: {
    what: 'between two renewals, and between two `getPresence` while the user looks at the room',
    unit: 'ms',
    beyond: 'nothing; the client limits itself',
  },
  PRESENCE_GRACE_MS: {
    what: 'how long a user who has left is still shown: from `at` to `effectiveAt`',
    unit: 'ms',
    beyond: 'no longer shown, without an event',
  },
  MAX_PRESENT: { what: 'users that a room shows as present, or online', unit: 'items', beyond: '`capped: true`' },
  MAX_PRESENCE_BYTES: { what: '`data` of a presence, as JSON', unit: 'bytes', beyond: '`invalid_request`' },
  MAX_PRESENCE_ROOMS: { what: 'rooms in which one connection is present', unit: 'items', beyond: '`limit_reached`' },
  MAX_ONLINE_ROOMS: { what: '`chatRoomIds` of `getOnline`', unit: 'items', beyond: '`invalid_request`' },
  MAX_FRAME_BYTES: {
    what: 'one WebSocket frame from the client; an `events` frame of several events',
    unit: 'bytes',
    beyond: 'close 1009',
  },
  MAX_MESSAGE_BYTES: {
    what: 'one WebSocket message, in either direction',
    unit: 'bytes',
    beyond: 'close 1009',
  },
  IDLE_TIMEOUT_MS: {
    what: 'a connection without a message in either direction; WebSocket pings are not messages',
    unit: 'ms',
    beyond: 'close 1001',
  },
  MAX_BATCH: { what: 'actions of one `POST /v1/batch`', unit: 'items', beyond: '`invalid_request`' },
  CONNECTION_LIFETIME_MS: {
    what: 'a connection as a whole',
    unit: 'ms',
    beyond: 'close 1001',
  },
}
