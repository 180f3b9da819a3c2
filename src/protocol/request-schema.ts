import * as z from 'zod/mini'
import { RequestId, UserId } from './scalars.ts'

export const describe = (description: string) => z.meta({ description })

/** The fields that every request may have beside its own. */
export const envelope = {
  requestId: z.optional(RequestId),
  userId: z.optional(UserId.check(describe("If given, it must be the token's user; any other is `forbidden`."))),
}

/** The request frame of an action. Strict, so that a misspelt key is an error and not ignored. */
export const request = <const A extends string, S extends Record<string, z.core.SomeType>>(
  action: A,
  shape: S,
  about: string,
) => z.strictObject({ action: z.literal(action), ...envelope, ...shape }).check(describe(about))

/** The same, of an action upon another user, whom its `userId` names: the caller is not in the frame. */
export const requestUpon = <const A extends string, S extends Record<string, z.core.SomeType>>(
  action: A,
  shape: S,
  about: string,
) =>
  z
    .strictObject({ action: z.literal(action), requestId: envelope.requestId, userId: UserId, ...shape })
    .check(describe(about))
