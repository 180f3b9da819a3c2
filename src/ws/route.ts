import type { ActionHandler } from './action.ts'
import { countAction } from './rate-limit.ts'
import { routeWith } from './route-with.ts'
import type { SocketHandler } from './socket-event.ts'

/** The Lambda handler of one or more actions, each counted by `RATE_LIMITS`; see `routeWith`. */
export const route = (...handlers: readonly ActionHandler[]): SocketHandler => routeWith(countAction, ...handlers)
