import { joinRoom } from '../actions/join-room.ts'
import { route } from '../route.ts'

export const handler = route(joinRoom)
