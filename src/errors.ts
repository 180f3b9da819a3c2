import { type ErrorCode, errorCodes } from './protocol/error-codes.ts'
import type { Problem } from './protocol/frames.ts'

/**
 * An error that the client receives as an `error` frame: `code`, `message`, `retryable`, `retryAfterMs` and `details`.
 * The message says `unable to <do it>; <reason>`. A `cause` is for the log and is never sent.
 *
 * `protocol/error-codes.ts` says for each code what it means and what a client does about it.
 */
export abstract class ChatError extends Error {
  abstract readonly code: ErrorCode
  /** Milliseconds to wait before the request may succeed. */
  readonly retryAfterMs?: number
  /** What is wrong in which part of the frame. */
  readonly details?: Problem[]

  /** Whether the same frame may be sent again unchanged. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** The frame is not JSON, or doesn't fit the schema of its action. */
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

/** The frame names an action that doesn't exist. */
export class UnknownAction extends ChatError {
  readonly code = 'unknown_action'
}

/** The token that the connection was opened with has expired since. */
export class TokenExpired extends ChatError {
  readonly code = 'token_expired'
}

/** The caller may not do this, whatever the state of the room: the frame claims to be from another user. */
export class Forbidden extends ChatError {
  readonly code = 'forbidden'
}

/** The caller is not a member of the room. Thrown for a room that doesn't exist too, so that rooms can't be probed. */
export class NotAMember extends ChatError {
  readonly code = 'not_a_member'
}

/** The room to join doesn't exist. */
export class RoomNotFound extends ChatError {
  readonly code = 'room_not_found'
}

/** The id is taken: the room exists, or the `clientMessageId` was used with other content. */
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

/** The user has done as much as `RATE_LIMITS` allows in this window of time. */
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

/** There is no such message, or it was deleted. */
export class MessageNotFound extends ChatError {
  readonly code = 'message_not_found'
}

/** The user may read and not write. */
export class Muted extends ChatError {
  readonly code = 'muted'
  /** @param retryAfterMs until the end of it */
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
  /** @param retryAfterMs until the end of it; undefined when it is for good */
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options)
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

/** The room is read-only. */
export class RoomClosed extends ChatError {
  readonly code = 'room_closed'
}

/** The invite is none, or no longer good. */
export class InvalidInvite extends ChatError {
  readonly code = 'invalid_invite'
}

/** As many as there may be are there already: of the user's connections, rooms and uploads, or of a room's pins. */
export class LimitReached extends ChatError {
  readonly code = 'limit_reached'
}

/** A dependency failed or throttled. Nothing was written, or doing it again has the same result. */
export class Unavailable extends ChatError {
  readonly code = 'unavailable'
}

/** An error that nobody foresaw. The log has it; the client learns only that it happened. */
export class Internal extends ChatError {
  readonly code = 'internal'
}
