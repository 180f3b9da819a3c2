import { leaveRoom } from '../actions/leave-room.ts'
import { route } from '../route.ts'

export const handler = route(leaveRoom)
