import { createRoom } from '../actions/create-room.ts'
import { route } from '../route.ts'

export const handler = route(createRoom)
