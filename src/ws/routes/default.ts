import { ping } from '../actions/ping.ts'
import { route } from '../route.ts'

/**
 * Touches nothing: `ping`, and as `$default` every frame that is not JSON, names no action, or an action that doesn't
 * exist.
 */
export const handler = route(ping)
