import type { ErrorCode } from '../protocol/error-codes.ts'

/** The HTTP status for each error code. Clients decide by the code; the status is for proxies and logs. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  token_expired: 401,
  forbidden: 403,
  not_a_member: 403,
  muted: 403,
  banned: 403,
  room_closed: 403,
  invalid_invite: 403,
  unknown_action: 404,
  room_not_found: 404,
  message_not_found: 404,
  conflict: 409,
  limit_reached: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
}
