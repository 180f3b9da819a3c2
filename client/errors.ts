import type { ErrorCode } from '../src/protocol/error-codes.ts'
import type { ErrorFrame } from '../src/protocol/frames.ts'

/**
 * The codes of the protocol, and those that only a client has: `disconnected` (no answer, for the connection ended),
 * `no_token` (`getToken` failed), `timeout`, `gateway` (a frame of API Gateway's own), `outbox_full` and `upload_failed`.
 */
export type ChatErrorCode =
  ErrorCode | 'disconnected' | 'no_token' | 'timeout' | 'gateway' | 'outbox_full' | 'upload_failed'

/** Whatever the chat refuses or can't do. Decide by `code`; `message` is for a person reading a log. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ChatErrorCode
  /** Whether the same may be tried again unchanged. */
  readonly retryable: boolean
  /** When to come back, in ms; with `rate_limited`. */
  readonly retryAfterMs: number | undefined
  /** What is wrong where; with `invalid_request`. */
  readonly details: { path: string; problem: string }[]

  constructor(code: ChatErrorCode, message: string, retryable = false, more: Partial<ErrorFrame['error']> = {}) {
    super(message)
    this.code = code
    this.retryable = retryable
    this.retryAfterMs = more.retryAfterMs
    this.details = more.details ?? []
  }
}

/** Thrown by `getToken`: this user may not connect (signed out, say). Ends the attempts; `connect()` begins anew. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError'
}

/** By name, since an application may have bundled the class twice. */
export const isUnauthorized = (error: unknown): boolean => (error as Error | undefined)?.name === 'UnauthorizedError'

export const disconnected = (reason: string): ChatError =>
  new ChatError('disconnected', `unable to get an answer; ${reason}`, true)

export const isNotAMember = (error: unknown): boolean => error instanceof ChatError && error.code === 'not_a_member'

export const errorOf = ({ error }: ErrorFrame): ChatError =>
  new ChatError(error.code, error.message, error.retryable, error)

export const toChatError = (error: unknown): ChatError =>
  error instanceof ChatError ? error : new ChatError('internal', error instanceof Error ? error.message : String(error))
