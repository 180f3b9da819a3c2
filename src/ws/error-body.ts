import type { ChatError } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import type { ErrorFrame } from '../protocol/frames.ts'

/** Returns an error as the client receives it: without its cause. */
export function errorBody({ code, message, retryable, retryAfterMs, details }: ChatError): ErrorFrame['error'] {
  return {
    code,
    message,
    retryable,
    ...defined({ retryAfterMs, details: details?.length === 0 ? undefined : details }),
  }
}
