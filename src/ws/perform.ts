import { Forbidden } from '../errors.ts'
import { type Action, actions, isAboutUser, type Reply, type Request } from '../protocol/actions.ts'
import type { ActionHandler } from './action.ts'
import type { Caller } from './caller.ts'
import { decodeContent } from './decode-content.ts'
import { parseFrame } from './parse-frame.ts'

/** Counts an action of a caller at a moment, in milliseconds since the epoch. */
export type CountAction = (action: Action, caller: Caller, now: number) => Promise<void>

/**
 * Checks a frame against the schema of its action, and does it.
 *
 * @param count called before it is done; throws when the caller does too much
 * @returns the reply's `data`
 * @throws ChatError when the frame is not of the schema, is of another user, too much is done, or the action fails
 */
export async function perform<C extends Caller>(
  handler: ActionHandler<Action, C>,
  frame: Record<string, unknown>,
  caller: C,
  count?: CountAction,
): Promise<Reply<Action>> {
  const input = parseFrame<Request<Action>>(decodeContent(frame), actions[handler.name].request)
  if (!isAboutUser(handler.name) && input.userId !== undefined && input.userId !== caller.userId) {
    throw new Forbidden("unable to act; userId isn't the token's user")
  }
  await count?.(handler.name, caller, Date.now())
  return handler.handle(input, caller)
}
