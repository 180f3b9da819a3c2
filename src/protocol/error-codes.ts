/**
 * Every code of an `error` frame: its meaning, whether the same frame may be sent again unchanged (`retryable`), and
 * what the client does about it. A client decides by the code alone, so codes are added and never renamed.
 */
export const errorCodes = {
  invalid_request: {
    meaning: 'the frame is not JSON or does not fit the schema; `details` lists each path and problem',
    retryable: false,
    client: 'correct the frame',
  },
  unknown_action: { meaning: 'there is no such action', retryable: false, client: 'correct the frame' },
  token_expired: {
    meaning: "the token's `exp` has passed",
    retryable: false,
    client: 'reconnect with a fresh token',
  },
  forbidden: { meaning: 'not allowed, or `userId` is another user', retryable: false, client: 'give up' },
  not_a_member: {
    meaning: "the user isn't a member of the room, whether or not it exists",
    retryable: false,
    client: 'join the room first',
  },
  room_not_found: { meaning: 'there is no such room (`joinRoom` only)', retryable: false, client: 'create the room' },
  conflict: {
    meaning: 'the id is taken, by other content or by another room',
    retryable: false,
    client: 'choose another id',
  },
  message_not_found: {
    meaning: 'there is no such message, or it was deleted',
    retryable: false,
    client: 'forget the message',
  },
  muted: {
    meaning: 'the user may read but not write in this room; `retryAfterMs` is present if the mute ends',
    retryable: false,
    client: 'show it to the user',
  },
  banned: {
    meaning: 'the user may not enter the room; `retryAfterMs` is present if the ban ends',
    retryable: false,
    client: 'forget the room',
  },
  room_closed: { meaning: 'the room is read-only', retryable: false, client: 'show it to the user' },
  invalid_invite: {
    meaning: 'the invite does not exist, has expired, was revoked or is used up',
    retryable: false,
    client: 'ask for another invite',
  },
  limit_reached: {
    meaning: 'the maximum number is reached',
    retryable: false,
    client: 'remove one first',
  },
  too_large: {
    meaning: 'content, caption, file or frame is over its limit',
    retryable: false,
    client: 'send less',
  },
  rate_limited: {
    meaning: 'over a rate limit of the deployment; `retryAfterMs` says how long to wait',
    retryable: true,
    client: 'wait `retryAfterMs`, then send again',
  },
  unavailable: {
    meaning: 'throttled, or a dependency failed; nothing was written, or a retry is idempotent',
    retryable: true,
    client: 'send again with backoff and the same `clientMessageId`',
  },
  internal: {
    meaning: 'a bug; it is logged with the `requestId`',
    retryable: true,
    client: 'send again with backoff, a few times',
  },
} as const satisfies Record<string, { meaning: string; retryable: boolean; client: string }>

export type ErrorCode = keyof typeof errorCodes
