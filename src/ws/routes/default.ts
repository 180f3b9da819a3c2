import { ping } from '../actions/ping.ts'
import { routeWith } from '../route-with.ts'

/**
 * Touches nothing: `ping`, and as `$default` every frame that is not JSON, names no action, or an action that doesn't
 * exist.
 */
export const handler = routeWith(undefined, ping)
