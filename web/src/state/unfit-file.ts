import { ChatError } from '../../../client/index.ts'
import { ToldError } from '../text/told-error.ts'

/** A file that the chat would refuse, so it isn't sent. */
export class UnfitFile extends ToldError {}

const NEVER: readonly string[] = ['invalid_request', 'too_large']

/** Whether trying the same file again is useless. */
export const isUnfit = (error: unknown): boolean =>
  error instanceof UnfitFile ||
  (error instanceof ChatError && (NEVER.includes(error.code) || error.message.endsWith('; type_mismatch')))
