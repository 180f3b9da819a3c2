import { type ChatError, InvalidRequest, UnknownAction } from '../errors.ts'
import { actions } from '../protocol/actions.ts'
import { defined } from '../protocol/defined.ts'
import type { ErrorFrame, ReplyFrame } from '../protocol/frames.ts'
import type { ActionHandler } from './action.ts'
import { callerOf } from './caller-of.ts'
import { chatErrorOf } from './chat-error-of.ts'
import { errorBody } from './error-body.ts'
import { logger } from '../logger.ts'
import { type Envelope, readFrame } from './parse-frame.ts'
import { type CountAction, perform } from './perform.ts'
import type { SocketEvent, SocketHandler } from './socket-event.ts'
import { traced } from '../trace.ts'

/**
 * Returns the Lambda handler of one or more actions. The event's `routeKey` selects the action. Under any other key,
 * such as `$default`, every frame fails with `unknown_action`.
 *
 * The handler parses the frame, checks the token's expiry and user, and returns the reply or error frame, which API
 * Gateway sends as the route response. The client receives a `ChatError` as it is. Any other error becomes
 * `unavailable` if a dependency failed, else `internal`. It is logged with its stack, which the client never receives.
 *
 * @param count counts the user's actions; undefined for functions that touch nothing, not even the table
 */
export function routeWith(count: CountAction | undefined, ...handlers: readonly ActionHandler[]): SocketHandler {
  const act: SocketHandler = async (event) => {
    const envelope: Envelope = {}
    try {
      const frame = readFrame(event.body, envelope)
      const caller = callerOf(event)
      const handler = handlers.find(({ name }) => name === event.requestContext.routeKey)
      if (handler === undefined) throw unknownAction(frame)
      const data = await perform(handler, actions[handler.name].request, frame, caller, count)
      return { statusCode: 200, body: JSON.stringify(replyFrame(handler.name, envelope, data)) }
    } catch (error) {
      const known = chatErrorOf(error)
      log(known, error, event)
      return { statusCode: statusOf[known.code] ?? 200, body: JSON.stringify(errorFrame(known, envelope)) }
    }
  }
  return (event) => traced(event.requestContext.requestId, () => act(event))
}

function unknownAction({ action }: Record<string, unknown>): ChatError {
  if (typeof action === 'string') return new UnknownAction('unable to act; there is no such action')
  return new InvalidRequest('unable to act; the frame names no action', [
    { path: 'action', problem: 'must be a string' },
  ])
}

function log({ code }: ChatError, error: unknown, { requestContext }: SocketEvent): void {
  const { routeKey, connectionId } = requestContext
  const fields = { code, route: routeKey, connectionId, error: error as Error }
  if (code === 'internal') logger.error('route failed', fields)
  else if (code === 'unavailable') logger.warn('dependency failed', fields)
}

/**
 * Statuses that only API Gateway sees: it then counts faults of the server as `IntegrationError`. A WebSocket client
 * receives the body only.
 */
const statusOf: Partial<Record<ChatError['code'], number>> = { internal: 500, unavailable: 503 }

const replyFrame = (action: ActionHandler['name'], { requestId }: Envelope, data: unknown) =>
  ({ type: 'reply', action, ...defined({ requestId }), data }) as ReplyFrame

const errorFrame = (error: ChatError, { action, requestId }: Envelope): ErrorFrame => ({
  type: 'error',
  ...defined({ action, requestId }),
  error: errorBody(error),
})
