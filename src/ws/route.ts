import type { ActionHandler } from './action.ts'
import { countAction } from './rate-limit.ts'
import { routeWith } from './route-with.ts'
import type { SocketHandler } from './socket-event.ts'

/** Returns the Lambda handler of one or more actions, counted according to `RATE_LIMITS`; see `routeWith`. */
export const route = (...handlers: readonly ActionHandler[]): SocketHandler => routeWith(countAction, ...handlers)
