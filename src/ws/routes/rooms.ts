import { createRoom } from '../actions/create-room.ts'
import { joinRoom } from '../actions/join-room.ts'
import { leaveRoom } from '../actions/leave-room.ts'
import { route } from '../route.ts'

/** Actions that change who is in a room. */
export const handler = route(createRoom, joinRoom, leaveRoom)
