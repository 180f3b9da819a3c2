// Each constant has a row in `scripts/docs/limit-rows.ts`. Those that `sync` announces are listed in
// `announced-limits.ts`.

/** Of UTF-8. */
export const MAX_CONTENT_BYTES = 16_384
export const MAX_CAPTION_BYTES = 2_048
export const MAX_FILE_NAME_CHARS = 255
/** Default of the deployment's `MAX_FILE_BYTES`. */
export const DEFAULT_MAX_FILE_BYTES = 25 * 1024 * 1024
export const MAX_ROOM_NAME_CHARS = 128
export const MAX_USER_ID_CHARS = 128
export const MAX_CREATE_ROOM_MEMBERS = 100
/** Rooms and threads of one `markRead`. */
export const MAX_MARKS = 50
export const MAX_THREAD_MARKS = 20
/** Of one `getUnread`. */
export const MAX_UNREAD_ROOMS = 100
/** Above so many places after the marker unread messages are not counted one by one. */
export const MAX_EXACT_UNREAD = 50
/** A room of more members has no receipts. */
export const MAX_RECEIPT_MEMBERS = 100
/** The least time between two `markRead` for a small room; larger ones have a longer one. */
export const READ_EVERY_MS = 2_000
export const MAX_USER_NAME_CHARS = 64
/** Of one `getUsers` or `upsertUsers`. */
export const MAX_USERS = 100
/** In one reply; more members are paged by `nextCursor`. */
export const MAX_MEMBERS_PER_REPLY = 1_000
/** In one `addMembers`. */
export const MAX_ADD_MEMBERS = 100
/** Of `listMembers`. */
export const MAX_MEMBERS_PAGE = 100
/** Of one room. */
export const MAX_PINS = 50
/** Of a room's `retentionDays`, and the deployment's `RETENTION_DAYS`. */
export const MAX_RETENTION_DAYS = 3_650
/** Default of the deployment's `MAX_ROOM_MEMBERS`. */
export const DEFAULT_MAX_ROOM_MEMBERS = 100_000
/** Of UTF-8. */
export const MAX_REACTION_BYTES = 64
/** Different ones of a message. */
export const MAX_REACTIONS = 50
/** Whom a message's summary names for each reaction. */
export const MAX_REACTION_USERS = 10
/** Of `getReactions`. */
export const MAX_REACTIONS_PAGE = 100
/** Of one message. */
export const MAX_MENTIONS = 50
/** Of `getMentions`. */
export const MAX_MENTIONS_PAGE = 50
/** Of `getThreads`. */
export const MAX_THREADS_PAGE = 20
/** Of `searchMessages`. */
export const MAX_SEARCH_ROOMS = 10
export const MAX_SEARCH_CHARS = 128
export const MAX_SEARCH_PAGE = 50
export const DEFAULT_SEARCH_PAGE = 20
/** In one `getMessages`. */
export const MAX_MESSAGES_BY_ID = 50
/** Of `getChanges`. */
export const MAX_CHANGES_PAGE = 200
export const MAX_HISTORY_PAGE = 100
export const DEFAULT_HISTORY_PAGE = 50
export const MAX_ROOMS_PAGE = 100
export const DEFAULT_ROOMS_PAGE = 50
/** A frame of 32 KB has room for 4,000 ids, each of which may have to be looked up. */
export const MAX_SYNC_ROOMS = 1_000
/** Each named room is read by itself, and a page of the list as a whole: more of them would cost more than the list. */
export const MAX_SYNC_ONLY = 20

/** Defaults of the deployment's caps for each user, `MAX_USER_CONNECTIONS` and so on. */
export const DEFAULT_MAX_USER_CONNECTIONS = 100
export const DEFAULT_MAX_USER_ROOMS = 1_000
export const DEFAULT_MAX_PENDING_UPLOADS = 100
export const DEFAULT_MAX_PENDING_UPLOAD_BYTES = DEFAULT_MAX_PENDING_UPLOADS * DEFAULT_MAX_FILE_BYTES

/** A client repeats a typing indicator no sooner than this … */
export const TYPING_REPEAT_MS = 7_000
/** … and its user is shown as typing for this long after the last one. */
export const TYPING_EXPIRY_MS = 10_000
/** The least time between two beginnings that are told, whatever ended in between. */
export const TYPING_AGAIN_MS = 3_000

/** An own presence lasts so long … */
export const PRESENCE_LEASE_MS = 300_000
/** … and is renewed that often. */
export const PRESENCE_RENEW_MS = 120_000
/** How long whoever has left is shown to others, so that a reconnect isn't seen. */
export const PRESENCE_GRACE_MS = 15_000
/** Users that a room shows as present, or online. */
export const MAX_PRESENT = 200
/** Of UTF-8, as JSON. */
export const MAX_PRESENCE_BYTES = 512
/** Rooms in which one connection is present. */
export const MAX_PRESENCE_ROOMS = 20
/** Of `getOnline`. */
export const MAX_ONLINE_ROOMS = 50

/**
 * API Gateway's own limits, which no deployment can raise.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const MAX_FRAME_BYTES = 32 * 1024
export const MAX_MESSAGE_BYTES = 128 * 1024
export const IDLE_TIMEOUT_MS = 10 * 60 * 1000
export const CONNECTION_LIFETIME_MS = 2 * 60 * 60 * 1000

/** Actions of one `POST /v1/batch`. */
export const MAX_BATCH = 25
