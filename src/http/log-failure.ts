import type { ChatError } from '../errors.ts'
import { logger } from '../logger.ts'

/** Logs a failure that is not the backend's fault, with its cause, which the backend never receives. */
export function logFailure({ code }: ChatError, error: unknown, action: string | undefined): void {
  const fields = { code, action, error: error as Error }
  if (code === 'internal') logger.error('action failed', fields)
  else if (code === 'unavailable') logger.warn('dependency failed', fields)
}
