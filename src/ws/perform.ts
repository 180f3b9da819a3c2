import type * as z from 'zod/mini'
import { Forbidden } from '../errors.ts'
import { isAboutUser } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'
import { decodeContent } from './decode-content.ts'
import { parseFrame } from './parse-frame.ts'

/** Counts an action of a caller at a moment, in milliseconds since the epoch. */
export type CountAction = (action: string, caller: Caller, now: number) => Promise<void>

/** An action's handler, whatever its name: `ActionHandler` has the types. */
interface AnyHandler<C extends Caller> {
  readonly name: string
  handle(input: never, caller: C): Promise<object>
}

/**
 * Checks a frame against the schema of its action, and does it.
 *
 * @param count called before the action is done; without it, nothing is counted
 * @returns the reply's `data`
 * @throws ChatError when the frame is not of the schema, is of another user, too much is done, or the action fails
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
  await count?.(handler.name, caller, Date.now())
  return handler.handle(input as never, caller)
}
