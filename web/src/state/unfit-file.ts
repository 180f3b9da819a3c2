import { ChatError } from '../../../client/index.ts'

/** A file that need not be sent at all to know that the chat won't take it. */
export class UnfitFile extends Error {}

const NEVER: readonly string[] = ['invalid_request', 'too_large']

/** Whether the same file will be refused each time it is tried. */
export const isUnfit = (error: unknown): boolean =>
  error instanceof UnfitFile ||
  (error instanceof ChatError && (NEVER.includes(error.code) || error.message.endsWith('; type_mismatch')))
