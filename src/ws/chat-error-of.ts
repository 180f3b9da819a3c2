import { isTransient } from '../entities/is-transient.ts'
import { ChatError, Internal, Unavailable } from '../errors.ts'

/**
 * Returns the error that the client receives: a `ChatError` as it is, `unavailable` if a dependency failed, else
 * `internal`.
 */
export function chatErrorOf(error: unknown): ChatError {
  if (error instanceof ChatError) return error
  if (isTransient(error)) return new Unavailable('unable to reach the table; try again', { cause: error })
  return new Internal('unable to finish; the server has logged why', { cause: error })
}
