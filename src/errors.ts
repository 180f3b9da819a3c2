import { type ErrorCode, errorCodes } from './protocol/error-codes.ts'
import type { Problem } from './protocol/frames.ts'

/**
 * An error that the client receives as an `error` frame: `code`, `message`, `retryable`, `retryAfterMs` and `details`.
 * The message has the form `unable to <do it>; <reason>`. A `cause` is for the log and is never sent.
 *
 * `protocol/error-codes.ts` describes each code and how a client should react.
 */
export abstract class ChatError extends Error {
  abstract readonly code: ErrorCode
  /** Milliseconds to wait before the request can succeed. */
  readonly retryAfterMs?: number
  /** The problems, each with the part of the frame that it is in. */
  readonly details?: Problem[]

  /** Whether the same frame may be sent again unchanged. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** The frame is not JSON, or does not match the schema of its action. */
export class InvalidRequest extends ChatError {
  readonly code = 'invalid_request'
  constructor(
    message: string,
    override readonly details: Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The frame names an action that does not exist. */
export class UnknownAction extends ChatError {
  readonly code = 'unknown_action'
}

/** The token with which the connection was opened has expired. */
export class TokenExpired extends ChatError {
  readonly code = 'token_expired'
}

/**
 * The caller may not do this. The frame names another user, or the caller's role, token or the deployment does not
 * allow it.
 */
export class Forbidden extends ChatError {
  readonly code = 'forbidden'
}

/**
 * The caller is not a member of the room. Also thrown for a room that does not exist, so that callers cannot probe for
 * rooms.
 */
export class NotAMember extends ChatError {
  readonly code = 'not_a_member'
}

/** The room to join does not exist. */
export class RoomNotFound extends ChatError {
  readonly code = 'room_not_found'
}

/**
 * The request conflicts with what is stored: for example, the id is taken, the `clientMessageId` was used with other
 * content, or the row has changed since it was read.
 */
export class Conflict extends ChatError {
  readonly code = 'conflict'
}

/** The content, caption, file or frame is over its limit. */
export class TooLarge extends ChatError {
  readonly code = 'too_large'
  constructor(
    message: string,
    override readonly details: Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The user has reached the limit in `RATE_LIMITS` for this window of time. */
export class RateLimited extends ChatError {
  readonly code = 'rate_limited'
  constructor(
    message: string,
    override readonly retryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The message does not exist, or was deleted. */
export class MessageNotFound extends ChatError {
  readonly code = 'message_not_found'
}

/** The user may read but not write. */
export class Muted extends ChatError {
  readonly code = 'muted'
  /** @param retryAfterMs milliseconds until the mute ends */
  constructor(
    message: string,
    override readonly retryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The user may not enter the room. */
export class Banned extends ChatError {
  readonly code = 'banned'
  declare readonly retryAfterMs?: number
  /** @param retryAfterMs milliseconds until the ban ends; undefined if it is permanent */
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options)
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

/** The room is read-only. */
export class RoomClosed extends ChatError {
  readonly code = 'room_closed'
}

/** The invite does not exist, has expired, was revoked, or is used up. */
export class InvalidInvite extends ChatError {
  readonly code = 'invalid_invite'
}

/** A maximum is reached, for example of the user's connections, rooms and uploads, or of a room's pins. */
export class LimitReached extends ChatError {
  readonly code = 'limit_reached'
}

/** A dependency failed or throttled. Either nothing was written, or a retry has the same result. */
export class Unavailable extends ChatError {
  readonly code = 'unavailable'
}

/** An unexpected error. The log has the details; the client only learns that it happened. */
export class Internal extends ChatError {
  readonly code = 'internal'
}
