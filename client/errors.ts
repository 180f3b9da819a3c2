import type { ErrorCode } from '../src/protocol/error-codes.ts'
import type { UploadFailure } from '../src/protocol/events.ts'
import type { ErrorFrame } from '../src/protocol/frames.ts'

/**
 * The protocol's error codes, and those of the client itself:
 *
 * - `disconnected`: there is no connection, or it ended before the reply.
 * - `no_token`: `getToken` failed.
 * - `timeout`: no reply in time.
 * - `gateway`: API Gateway failed and sent a frame of its own.
 * - `outbox_full`: more than `outboxLimit` messages wait to be sent.
 * - `upload_failed`: the bucket or the server refused a file, or the bucket didn't respond.
 */
export type ChatErrorCode =
  ErrorCode | 'disconnected' | 'no_token' | 'timeout' | 'gateway' | 'outbox_full' | 'upload_failed'

type More = Partial<ErrorFrame['error']> & { reason?: ChatError['reason'] }

/**
 * Every failure of the SDK. Decide by `code`; `message` is for a person who reads a log.
 *
 * @example
 * room.join().catch((error: unknown) => {
 *   if (error instanceof ChatError && error.code === 'room_not_found') console.log('no such room')
 * })
 */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ChatErrorCode
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean
  /** How long to wait before the next try, in ms; with `rate_limited`. */
  readonly retryAfterMs: number | undefined
  /**
   * Why an upload failed, with `upload_failed`: one of the server's reasons, such as `type_mismatch`, or `refused` or
   * `no_answer` of the bucket.
   */
  readonly reason: UploadFailure | 'refused' | 'no_answer' | undefined
  /** The fields that are wrong and why; with `invalid_request`, otherwise empty. */
  readonly details: { path: string; problem: string }[]

  constructor(code: ChatErrorCode, message: string, retryable = false, more: More = {}) {
    super(message)
    this.code = code
    this.retryable = retryable
    this.retryAfterMs = more.retryAfterMs
    this.reason = more.reason
    this.details = more.details ?? []
  }
}

/**
 * Thrown by `getToken` when this user may not connect, because they are signed out, say. The client stops with status
 * `failed`, and `connect()` starts again.
 */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError'
}

/** Checks the name, because an application may have bundled the class twice. */
export const isUnauthorized = (error: unknown): boolean => (error as Error | undefined)?.name === 'UnauthorizedError'

export const disconnected = (reason: string): ChatError =>
  new ChatError('disconnected', `unable to get an answer; ${reason}`, true)

/** The server refused the connection for good: HTTP 403, which only the package `ws` tells. */
export const forbidden = (): ChatError =>
  new ChatError('forbidden', 'unable to connect; the server refused with 403: check the address and ALLOWED_ORIGINS')

/** A mistake of the application's: the same attempt would fail again. */
export class Mistake extends ChatError {}

/** A link is given up because nothing at all arrived on it while a request waited for its reply. */
class Silence extends ChatError {}

export const silence = (): ChatError =>
  new Silence('disconnected', 'unable to get an answer; the server no longer answers', true)

/** Whether this was the request that a link was given up for. */
export const isSilence = (error: unknown): boolean => error instanceof Silence

/** Whether the server refused a request because this user is not in the room. */
export const isNotAMember = (error: unknown): boolean => error instanceof ChatError && error.code === 'not_a_member'

export const isInvalidRequest = (error: unknown): boolean =>
  error instanceof ChatError && error.code === 'invalid_request'

export const errorOf = ({ error }: ErrorFrame): ChatError =>
  new ChatError(error.code, error.message, error.retryable, error)

export const toChatError = (error: unknown): ChatError =>
  error instanceof ChatError ? error : new ChatError('internal', error instanceof Error ? error.message : String(error))
