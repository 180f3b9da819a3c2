import { Logger } from '@aws-lambda-powertools/logger'
import type * as z from 'zod/mini'
import { isTransient } from '../entities/transient-error.ts'
import { ChatError, Forbidden, Internal, Unavailable } from '../errors.ts'
import type { Action, Reply, Request } from '../protocol/actions.ts'
import type { ErrorFrame, ReplyFrame } from '../protocol/frames.ts'
import { type Caller, callerOf } from './caller.ts'
import { type Envelope, parseFrame, readFrame } from './parse-frame.ts'
import type { SocketEvent, SocketHandler } from './socket-event.ts'

export const logger = new Logger()

/**
 * Makes a Lambda of a route: parses the frame, checks who speaks, and turns what `handle` returns or throws into the
 * frame that API Gateway sends back as the route response. A `ChatError` is the client's answer; anything else is
 * `unavailable` when a dependency failed, and otherwise `internal`, logged with its stack and never shown.
 *
 * @param schema the action's request schema, strict
 * @param handle answers with the reply's `data`
 */
export function route<A extends Action>(
  action: A,
  schema: z.ZodMiniType<Request<A>>,
  handle: (input: Request<A>, caller: Caller) => Promise<Reply<A>>,
): SocketHandler {
  return answering(async (event, envelope) => {
    const frame = readFrame(event.body, envelope)
    const caller = callerOf(event)
    const input = parseFrame(frame, schema)
    if (input.userId !== undefined && input.userId !== caller.userId) {
      throw new Forbidden("unable to act; userId isn't the token's user")
    }
    const data = await handle(input, caller)
    const { requestId } = envelope
    return { type: 'reply', action, ...(requestId === undefined ? {} : { requestId }), data } as ReplyFrame
  })
}

/** The part of `route()` that `$default` shares: whatever is thrown becomes an error frame. */
export function answering(
  answer: (event: SocketEvent, envelope: Envelope) => Promise<ReplyFrame | ErrorFrame>,
): SocketHandler {
  return async (event) => {
    const envelope: Envelope = {}
    try {
      const frame = await answer(event, envelope)
      return { statusCode: 200, body: JSON.stringify(frame) }
    } catch (error) {
      const known = chatErrorOf(error)
      const { connectionId, requestId } = event.requestContext
      const fields = { code: known.code, route: event.requestContext.routeKey, connectionId, requestId }
      if (known.code === 'internal') logger.error('route failed', { ...fields, error: error as Error })
      else if (known.code === 'unavailable') logger.warn('dependency failed', { ...fields, error: error as Error })
      return { statusCode: statusOf[known.code] ?? 400, body: JSON.stringify(errorFrame(known, envelope)) }
    }
  }
}

/** For logs and metrics only: a WebSocket client sees the body, never a status. */
const statusOf: Partial<Record<ChatError['code'], number>> = { internal: 500, unavailable: 503, rate_limited: 429 }

export function chatErrorOf(error: unknown): ChatError {
  if (error instanceof ChatError) return error
  if (isTransient(error)) return new Unavailable('unable to reach the table; try again')
  return new Internal('unable to finish; the server has logged why')
}

export function errorFrame(error: ChatError, { action, requestId }: Envelope): ErrorFrame {
  const { code, message, retryable, retryAfterMs, details } = error
  return {
    type: 'error',
    ...(action === undefined ? {} : { action }),
    ...(requestId === undefined ? {} : { requestId }),
    error: {
      code,
      message,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(details === undefined || details.length === 0 ? {} : { details }),
    },
  }
}
