import type { ErrorCode } from '../src/protocol/error-codes.ts'
import type { UploadFailure } from '../src/protocol/events.ts'
import type { ErrorFrame } from '../src/protocol/frames.ts'

/**
 * The code of a {@link ChatError}: one of the protocol's error codes, or one of the client's own:
 *
 * - `disconnected`: there is no connection, or it ended before the reply arrived.
 * - `no_token`: `getToken` threw, or returned no text.
 * - `timeout`: no reply arrived in time.
 * - `gateway`: API Gateway failed and sent a frame of its own instead of a reply.
 * - `outbox_full`: `outboxLimit` messages already wait to be sent.
 * - `upload_failed`: the bucket or the server refused a file, or the bucket didn't respond.
 */
export type ChatErrorCode =
  ErrorCode | 'disconnected' | 'no_token' | 'timeout' | 'gateway' | 'outbox_full' | 'upload_failed'

type More = Partial<ErrorFrame['error']> & { reason?: ChatError['reason'] }

/**
 * The error of every failure in the SDK. Programs should decide by `code`; `message` is meant for logs.
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
  /**
   * How long to wait before the next attempt, in milliseconds. Set for `rate_limited`, `muted` and a temporary
   * `banned`.
   */
  readonly retryAfterMs: number | undefined
  /**
   * Why an upload failed; set for `upload_failed` only. Either a reason of the server, such as `type_mismatch`, or
   * `refused` or `no_answer` if it is the bucket that refused the file or didn't respond.
   */
  readonly reason: UploadFailure | 'refused' | 'no_answer' | undefined
  /** The wrong fields of the request and what is wrong with them, for `invalid_request`; otherwise empty. */
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
 * An error for `getToken` to throw when this user may not connect, for example because they have signed out. The client
 * then stops with status `failed`. `connect()` starts it again.
 */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError'
}

/** Whether `getToken` threw `UnauthorizedError`. Compares names, because a bundle may contain the class twice. */
export const isUnauthorized = (error: unknown): boolean => (error as Error | undefined)?.name === 'UnauthorizedError'

export const disconnected = (reason: string): ChatError =>
  new ChatError('disconnected', `unable to get an answer; ${reason}`, true)

/** The server refused the connection with HTTP 403. Only the package `ws` reports that status; browsers hide it. */
export const forbidden = (): ChatError =>
  new ChatError('forbidden', 'unable to connect; the server refused with 403: check the address and ALLOWED_ORIGINS')

/** A mistake in the application, such as a `getToken` without a result. Another attempt would fail as well. */
export class Mistake extends ChatError {}

/** The error of a request on a link that was closed because no frame arrived while the request waited for its reply. */
class Silence extends ChatError {}

export const silence = (): ChatError =>
  new Silence('disconnected', 'unable to get an answer; the server no longer answers', true)

/** Whether an error belongs to the request for whose missing reply a link was closed. */
export const isSilence = (error: unknown): boolean => error instanceof Silence

/** Whether the server refused a request because this user is not a member of the room. */
export const isNotAMember = (error: unknown): boolean => error instanceof ChatError && error.code === 'not_a_member'

export const isInvalidRequest = (error: unknown): boolean =>
  error instanceof ChatError && error.code === 'invalid_request'

export const errorOf = ({ error }: ErrorFrame): ChatError =>
  new ChatError(error.code, error.message, error.retryable, error)

export const toChatError = (error: unknown): ChatError =>
  error instanceof ChatError ? error : new ChatError('internal', error instanceof Error ? error.message : String(error))
