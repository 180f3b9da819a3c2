import { enterPresence } from '../actions/enter-presence.ts'
import { leavePresence } from '../actions/leave-presence.ts'
import { route } from '../route.ts'

/** Actions that show who is present. Each viewer repeats them every other minute. */
export const handler = route(enterPresence, leavePresence)
