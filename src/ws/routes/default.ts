import { ping } from '../actions/ping.ts'
import { route } from '../route.ts'

/**
 * What touches nothing: `ping`, and under `$default` every frame that selects no route. Those are not JSON, name no
 * action, or name one that doesn't exist.
 */
export const handler = route(ping)
