import { listRooms } from '../actions/list-rooms.ts'
import { route } from '../route.ts'

export const handler = route(listRooms)
