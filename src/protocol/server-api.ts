import * as z from 'zod/mini'
import { type Action, actions } from './actions.ts'
import { MAX_BATCH } from './limits.ts'
import { describe } from './request-schema.ts'
import { UserId } from './scalars.ts'

/** Actions about the connection that they come on: there is none at the server API. */
export const socketOnly = ['sync', 'ping', 'joinRoom', 'leaveRoom', 'typingIndicator'] as const satisfies Action[]

/** Actions that a backend may ask for over HTTP. */
export type ServerAction = Exclude<Action, (typeof socketOnly)[number]>

export const serverActions = (Object.keys(actions) as Action[]).filter(
  (name): name is ServerAction => !socketOnly.some((one) => one === name),
)

/** Beside an action's own fields. */
export const AsUserId = UserId.check(
  describe("Who acts. Without it, the token's `sub`; the rows that are written keep both."),
)

/** The body of `POST /v1/batch`. What each action needs is checked when its turn comes. */
export const BatchRequest = z
  .strictObject({
    actions: z
      .array(z.looseObject({ action: z.string().check(describe('Any but `batch`.')) }))
      .check(z.minLength(1), z.maxLength(MAX_BATCH)),
  })
  .check(describe('Does actions in their order, one after the other, whether or not the ones before have failed.'))
