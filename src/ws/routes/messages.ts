import { broadcastMessage } from '../actions/broadcast-message.ts'
import { route } from '../route.ts'

/** What acts on a room's messages; only `sendMessage` has a function of its own. */
export const handler = route(broadcastMessage)
