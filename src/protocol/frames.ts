import * as z from 'zod/mini'
import { type Action, actions, type Reply } from './actions.ts'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { ChatEvent } from './events.ts'

/** One problem in an `invalid_request`: its path (`""` for the whole frame) and what is wrong there. */
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

/** The frame of a successful action: the route response of its function. */
export type ReplyFrame<A extends Action = Action> = {
  [K in A]: { type: 'reply'; action: K; requestId?: string; data: Reply<K> }
}[A]
/** The frame of a failed action: the route response of its function. */
export type ErrorFrame = z.infer<typeof ErrorFrame>
/**
 * A frame of events, posted by the stream function or the bucket's function. It has at most 32 KB, unless a single
 * event is larger.
 */
export type EventsFrame = z.infer<typeof EventsFrame>
/** Any frame that the server sends. API Gateway's own frames have no `type`. */
export type ServerFrame = ReplyFrame | ErrorFrame | EventsFrame
