/**
 * Every code that an `error` frame can carry. A client decides by the code alone: codes are added, never renamed.
 * `retryable` says whether the same frame may be sent again unchanged.
 */
export const errorCodes = {
  invalid_request: {
    meaning: 'not JSON, or not of the schema; `details` lists path and problem',
    retryable: false,
    client: 'mend the frame',
  },
  unknown_action: { meaning: 'no such action', retryable: false, client: 'mend the frame' },
  token_expired: {
    meaning: "the token's `exp` has passed",
    retryable: false,
    client: 'reconnect with a fresh token',
  },
  forbidden: { meaning: "not allowed; `userId` is someone else's", retryable: false, client: 'give up' },
  not_a_member: {
    meaning: "the user isn't a member of the room, whether or not it exists",
    retryable: false,
    client: 'join the room first',
  },
  room_not_found: { meaning: 'no such room (`joinRoom` only)', retryable: false, client: 'create the room' },
  conflict: {
    meaning: 'the id is taken: by other content, or by a room that exists',
    retryable: false,
    client: 'choose another id',
  },
  too_large: {
    meaning: 'content, caption, file or frame is over its limit',
    retryable: false,
    client: 'send less',
  },
  rate_limited: {
    meaning: 'over a limit that the deployment has configured; `retryAfterMs` says when to come back',
    retryable: true,
    client: 'wait `retryAfterMs`, then send again',
  },
  unavailable: {
    meaning: 'throttled, or a dependency failed; nothing was written, or the retry is idempotent',
    retryable: true,
    client: 'send again with backoff and the same `clientMessageId`',
  },
  internal: {
    meaning: 'a bug; logged with the `requestId`',
    retryable: true,
    client: 'send again with backoff, a few times',
  },
} as const satisfies Record<string, { meaning: string; retryable: boolean; client: string }>

export type ErrorCode = keyof typeof errorCodes
