import { ChatError } from '../../../client/index.ts'
import { ToldError } from '../text/told-error.ts'

/** The error for a file that isn't sent because the chat would refuse it. */
export class UnfitFile extends ToldError {}

const NEVER: readonly string[] = ['invalid_request', 'too_large']

/** Whether the same file would be refused again. */
export const isUnfit = (error: unknown): boolean =>
  error instanceof UnfitFile ||
  (error instanceof ChatError && (NEVER.includes(error.code) || error.message.endsWith('; type_mismatch')))
