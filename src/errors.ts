import { type ErrorCode, errorCodes } from './protocol/error-codes.ts'
import type { Problem } from './protocol/frames.ts'

/**
 * What a client is told when an action fails. The message says `unable to <do it>; <reason>`; `cause` is for the log
 * and never sent.
 */
export abstract class ChatError extends Error {
  abstract readonly code: ErrorCode
  readonly retryAfterMs?: number
  readonly details?: Problem[]

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

export class InvalidRequest extends ChatError {
  readonly code = 'invalid_request'
  constructor(
    message: string,
    override readonly details: Problem[] = [],
  ) {
    super(message)
  }
}

export class UnknownAction extends ChatError {
  readonly code = 'unknown_action'
}

export class TokenExpired extends ChatError {
  readonly code = 'token_expired'
}

export class Forbidden extends ChatError {
  readonly code = 'forbidden'
}

export class NotAMember extends ChatError {
  readonly code = 'not_a_member'
}

export class RoomNotFound extends ChatError {
  readonly code = 'room_not_found'
}

export class Conflict extends ChatError {
  readonly code = 'conflict'
}

export class TooLarge extends ChatError {
  readonly code = 'too_large'
  constructor(
    message: string,
    override readonly details: Problem[] = [],
  ) {
    super(message)
  }
}

export class RateLimited extends ChatError {
  readonly code = 'rate_limited'
  constructor(
    message: string,
    override readonly retryAfterMs: number,
  ) {
    super(message)
  }
}

export class Unavailable extends ChatError {
  readonly code = 'unavailable'
}

export class Internal extends ChatError {
  readonly code = 'internal'
}
