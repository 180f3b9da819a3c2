import { ping } from '../actions/ping.ts'
import { routeWith } from '../route-with.ts'

/**
 * Handles `ping`, and as `$default` every frame that is not JSON, names no action, or names an unknown action. Touches
 * nothing outside the function.
 */
export const handler = routeWith(undefined, ping)
