import type * as z from 'zod/mini'
import { Forbidden } from '../errors.ts'
import { isAboutUser } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'
import { decodeContent } from './decode-content.ts'
import { parseFrame } from './parse-frame.ts'

/** Counts an action of a caller. `input` is as its schema has parsed it, `now` in epoch milliseconds. */
export type CountAction = (action: string, input: object, caller: Caller, now: number) => Promise<void>

/** The handler of any action. `ActionHandler` has the exact types. */
interface AnyHandler<C extends Caller> {
  readonly name: string
  handle(input: never, caller: C): Promise<object>
}

/**
 * Checks a frame against the schema of its action, and performs the action.
 *
 * @param count called before the action is performed; if undefined, actions are not counted
 * @returns the `data` of the reply
 * @throws ChatError when the frame does not match the schema, names another user, exceeds a rate limit, or the action
 *   fails
 */
export async function perform<C extends Caller>(
  handler: AnyHandler<C>,
  request: z.ZodMiniType<object>,
  frame: Record<string, unknown>,
  caller: C,
  count?: CountAction,
): Promise<object> {
  const input: { userId?: string } = parseFrame(decodeContent(frame), request)
  if (!isAboutUser(request) && input.userId !== undefined && input.userId !== caller.userId) {
    throw new Forbidden("unable to act; userId isn't the token's user")
  }
  await count?.(handler.name, input, caller, Date.now())
  return handler.handle(input as never, caller)
}
