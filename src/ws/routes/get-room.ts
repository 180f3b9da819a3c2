import { getRoom } from '../actions/get-room.ts'
import { route } from '../route.ts'

export const handler = route(getRoom)
