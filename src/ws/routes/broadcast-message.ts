import { broadcastMessage } from '../actions/broadcast-message.ts'
import { route } from '../route.ts'

export const handler = route(broadcastMessage)
