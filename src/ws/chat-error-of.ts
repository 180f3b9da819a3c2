import { isTransient } from '../entities/transient-error.ts'
import { ChatError, Internal, Unavailable } from '../errors.ts'

/** What the client is told of an error: a `ChatError` as it is, `unavailable` for a dependency's, else `internal`. */
export function chatErrorOf(error: unknown): ChatError {
  if (error instanceof ChatError) return error
  if (isTransient(error)) return new Unavailable('unable to reach the table; try again')
  return new Internal('unable to finish; the server has logged why')
}
