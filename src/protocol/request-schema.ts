import * as z from 'zod/mini'
import { RequestId, UserId } from './scalars.ts'

export const describe = (description: string) => z.meta({ description })

/** The fields that every request may have besides its own. */
export const envelope = {
  requestId: z.optional(RequestId),
  userId: z.optional(UserId.check(describe("If given, it must be the token's user; any other is `forbidden`."))),
}

/** Returns the schema of an action's request. It is strict, so that a misspelt key is an error and not ignored. */
export const request = <const A extends string, S extends Record<string, z.core.SomeType>>(
  action: A,
  shape: S,
  about: string,
) => z.strictObject({ action: z.literal(action), ...envelope, ...shape }).check(describe(about))

/**
 * Returns the schema of an action on another user. Its `userId` names that user, and the frame does not name the
 * caller.
 */
export const requestUpon = <const A extends string, S extends Record<string, z.core.SomeType>>(
  action: A,
  shape: S,
  about: string,
) =>
  z
    .strictObject({ action: z.literal(action), requestId: envelope.requestId, userId: UserId, ...shape })
    .check(describe(about))
