// Each constant has a row in `scripts/docs/limit-rows.ts`. The constants that `sync` announces are listed in
// `announced-limits.ts`.

/** Bytes of UTF-8. */
export const MAX_CONTENT_BYTES = 16_384
export const MAX_CAPTION_BYTES = 2_048
export const MAX_FILE_NAME_CHARS = 255
/** Default of the deployment setting `MAX_FILE_BYTES`. */
export const DEFAULT_MAX_FILE_BYTES = 25 * 1024 * 1024
export const MAX_ROOM_NAME_CHARS = 128
export const MAX_USER_ID_CHARS = 128
export const MAX_CREATE_ROOM_MEMBERS = 100
/** Rooms in one `markRead`. */
export const MAX_MARKS = 50
/** Threads in one `markRead`. */
export const MAX_THREAD_MARKS = 20
/** Rooms in one `getUnread`. */
export const MAX_UNREAD_ROOMS = 100
/** With more messages than this after the marker, unread messages are not counted individually. */
export const MAX_EXACT_UNREAD = 50
/** A room with more members has no receipts. */
export const MAX_RECEIPT_MEMBERS = 100
/** The least time between two `markRead` for a small room, in milliseconds. Larger rooms have a longer one. */
export const READ_EVERY_MS = 2_000
export const MAX_USER_NAME_CHARS = 64
/** Users in one `getUsers` or `upsertUsers`. */
export const MAX_USERS = 100
/** Members in one reply. Further members follow by `nextCursor`. */
export const MAX_MEMBERS_PER_REPLY = 1_000
/** Users in one `addMembers`. */
export const MAX_ADD_MEMBERS = 100
/** Members on a page of `listMembers`. */
export const MAX_MEMBERS_PAGE = 100
/** Pins in one room. */
export const MAX_PINS = 50
/** Highest value of a room's `retentionDays` and of the deployment setting `RETENTION_DAYS`. */
export const MAX_RETENTION_DAYS = 3_650
/** Default of the deployment setting `MAX_ROOM_MEMBERS`. */
export const DEFAULT_MAX_ROOM_MEMBERS = 100_000
/** Bytes of UTF-8. */
export const MAX_REACTION_BYTES = 64
/** Different reactions to one message. */
export const MAX_REACTIONS = 50
/** How many users a message's summary names for each reaction. */
export const MAX_REACTION_USERS = 10
/** Reactions on a page of `getReactions`. */
export const MAX_REACTIONS_PAGE = 100
/** Mentioned users in one message. */
export const MAX_MENTIONS = 50
/** Mentions on a page of `getMentions`. */
export const MAX_MENTIONS_PAGE = 50
/** Threads on a page of `getThreads`. */
export const MAX_THREADS_PAGE = 20
/** Rooms in one `searchMessages`. */
export const MAX_SEARCH_ROOMS = 10
export const MAX_SEARCH_CHARS = 128
export const MAX_SEARCH_PAGE = 50
export const DEFAULT_SEARCH_PAGE = 20
/** Messages in one `getMessages`. */
export const MAX_MESSAGES_BY_ID = 50
/** Changes on a page of `getChanges`. */
export const MAX_CHANGES_PAGE = 200
export const MAX_HISTORY_PAGE = 100
export const DEFAULT_HISTORY_PAGE = 50
export const MAX_ROOMS_PAGE = 100
export const DEFAULT_ROOMS_PAGE = 50
/** Rooms in one `sync`. A frame of 32 KB could hold 4,000 ids, each of which may need a read. */
export const MAX_SYNC_ROOMS = 1_000
/**
 * Rooms in `only`. Named rooms are read one by one, the list page by page: more named rooms would cost more than the
 * list.
 */
export const MAX_SYNC_ONLY = 20

/** Defaults of the deployment's caps for each user: `MAX_USER_CONNECTIONS` and so on. */
export const DEFAULT_MAX_USER_CONNECTIONS = 100
export const DEFAULT_MAX_USER_ROOMS = 1_000
export const DEFAULT_MAX_PENDING_UPLOADS = 100
export const DEFAULT_MAX_PENDING_UPLOAD_BYTES = DEFAULT_MAX_PENDING_UPLOADS * DEFAULT_MAX_FILE_BYTES

/** The least time after which a client repeats a typing indicator. */
export const TYPING_REPEAT_MS = 7_000
/** How long a user is shown as typing after the last indicator. */
export const TYPING_EXPIRY_MS = 10_000
/** The least time between two announced beginnings of typing, whatever ended in between. */
export const TYPING_AGAIN_MS = 3_000

/** How long a user's presence lasts unless it is renewed. */
export const PRESENCE_LEASE_MS = 300_000
/** How often a client renews a presence. */
export const PRESENCE_RENEW_MS = 120_000
/** How long a user who has left is still shown to others, so that nobody notices a reconnect. */
export const PRESENCE_GRACE_MS = 15_000
/** Users that a room shows as present, or as online. */
export const MAX_PRESENT = 200
/** Bytes of UTF-8 of the JSON. */
export const MAX_PRESENCE_BYTES = 512
/** Rooms in which one connection may be present. */
export const MAX_PRESENCE_ROOMS = 20
/** Rooms in one `getOnline`. */
export const MAX_ONLINE_ROOMS = 50

/**
 * API Gateway's own limits, which no deployment can raise.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const MAX_FRAME_BYTES = 32 * 1024
export const MAX_MESSAGE_BYTES = 128 * 1024
export const IDLE_TIMEOUT_MS = 10 * 60 * 1000
export const CONNECTION_LIFETIME_MS = 2 * 60 * 60 * 1000

/** Actions in one `POST /v1/batch`. */
export const MAX_BATCH = 25
