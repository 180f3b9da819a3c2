import * as z from 'zod/mini'
import { type Action, actions, type Reply } from './actions.ts'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { ChatEvent } from './events.ts'

/** One problem of an `invalid_request`: its path (`""` for the whole frame) and what is wrong there. */
export const Problem = z.object({ path: z.string(), problem: z.string() })
export type Problem = z.infer<typeof Problem>

export const ReplyFrame = z.object({
  type: z.literal('reply'),
  action: z.enum(Object.keys(actions) as [Action, ...Action[]]),
  requestId: z.optional(z.string()),
  data: z.record(z.string(), z.unknown()),
})

export const ErrorFrame = z.object({
  type: z.literal('error'),
  action: z.optional(z.string()),
  requestId: z.optional(z.string()),
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    retryable: z.boolean(),
    retryAfterMs: z.optional(z.int()),
    details: z.optional(z.array(Problem)),
  }),
})

export const EventsFrame = z.object({ type: z.literal('events'), events: z.array(ChatEvent) })

/** An action succeeded: the route response of its function. */
export type ReplyFrame<A extends Action = Action> = {
  [K in A]: { type: 'reply'; action: K; requestId?: string; data: Reply<K> }
}[A]
/** An action failed: the route response of its function. */
export type ErrorFrame = z.infer<typeof ErrorFrame>
/**
 * Something happened. Posted by the stream's or the bucket's function; at most 32 KB unless a single event is larger.
 */
export type EventsFrame = z.infer<typeof EventsFrame>
/** Any frame that the server sends. Frames of API Gateway's own have no `type`. */
export type ServerFrame = ReplyFrame | ErrorFrame | EventsFrame
