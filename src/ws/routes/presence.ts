import { enterPresence } from '../actions/enter-presence.ts'
import { leavePresence } from '../actions/leave-presence.ts'
import { route } from '../route.ts'

/** Actions that say who is here: each viewer repeats them every other minute. */
export const handler = route(enterPresence, leavePresence)
