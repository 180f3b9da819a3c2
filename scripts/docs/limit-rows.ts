import type { Limits } from '../../src/protocol/actions.ts'
import type * as limits from '../../src/protocol/limits.ts'

interface LimitRow {
  /** Its name in `sync`'s `limits`, if it is announced there. */
  announced?: keyof Limits
  what: string
  unit: 'bytes' | 'code points' | 'items' | 'ms'
  beyond: string
}

/** A row for every constant of `src/protocol/limits.ts`: the compiler asks for the one that is missing. */
export const limitRows: Record<keyof typeof limits, LimitRow> = {
  MAX_CONTENT_BYTES: {
    announced: 'contentBytes',
    what: '`content` of a message',
    unit: 'bytes',
    beyond: '`too_large`',
  },
  MAX_CAPTION_BYTES: { announced: 'captionBytes', what: '`caption` of a file', unit: 'bytes', beyond: '`too_large`' },
  MAX_FILE_NAME_CHARS: {
    announced: 'fileNameChars',
    what: '`fileName`',
    unit: 'code points',
    beyond: '`invalid_request`',
  },
  DEFAULT_MAX_FILE_BYTES: {
    announced: 'fileBytes',
    what: 'a file; this is the default, a deployment may set another',
    unit: 'bytes',
    beyond: '`too_large`',
  },
  MAX_ROOM_NAME_CHARS: {
    announced: 'roomNameChars',
    what: '`roomName`',
    unit: 'code points',
    beyond: '`invalid_request`',
  },
  MAX_USER_ID_CHARS: { what: 'a user id', unit: 'code points', beyond: '`invalid_request`; as `sub`, HTTP 401' },
  MAX_CREATE_ROOM_MEMBERS: {
    announced: 'createRoomMembers',
    what: '`members` of `createRoom`, the creator not counted',
    unit: 'items',
    beyond: '`invalid_request`',
  },
  MAX_MEMBERS_PER_REPLY: { what: '`members` of one reply', unit: 'items', beyond: '`nextCursor`' },
  MAX_HISTORY_PAGE: {
    announced: 'historyPage',
    what: '`limit` of `getHistory`; the page is shorter where its messages are large',
    unit: 'items',
    beyond: '`invalid_request`',
  },
  DEFAULT_HISTORY_PAGE: { what: '`limit` of `getHistory` when left out', unit: 'items', beyond: '`hasMore`' },
  MAX_ROOMS_PAGE: { what: '`limit` of `listRooms`', unit: 'items', beyond: '`invalid_request`' },
  DEFAULT_ROOMS_PAGE: {
    what: '`limit` of `listRooms` when left out, and the rooms of one `sync`',
    unit: 'items',
    beyond: '`nextCursor`',
  },
  TYPING_REPEAT_MS: {
    announced: 'typingRepeatMs',
    what: 'a `typingIndicator` repeated sooner than this is answered and not passed on',
    unit: 'ms',
    beyond: 'it is passed on',
  },
  TYPING_EXPIRY_MS: {
    announced: 'typingExpiryMs',
    what: 'how long a user is shown as typing after the last indicator',
    unit: 'ms',
    beyond: 'no longer typing, without an event',
  },
  MAX_FRAME_BYTES: {
    announced: 'frameBytes',
    what: 'one WebSocket frame from the client; an `events` frame of several events',
    unit: 'bytes',
    beyond: 'close 1009',
  },
  MAX_MESSAGE_BYTES: {
    announced: 'messageBytes',
    what: 'one WebSocket message, in either direction',
    unit: 'bytes',
    beyond: 'close 1009',
  },
  IDLE_TIMEOUT_MS: {
    announced: 'idleTimeoutMs',
    what: 'a connection without a message in either direction; WebSocket pings are not messages',
    unit: 'ms',
    beyond: 'close 1001',
  },
  CONNECTION_LIFETIME_MS: {
    announced: 'connectionLifetimeMs',
    what: "a connection's whole life",
    unit: 'ms',
    beyond: 'close 1001',
  },
}
