import { getFileUrl } from '../actions/get-file-url.ts'
import { getHistory } from '../actions/get-history.ts'
import { getRoom } from '../actions/get-room.ts'
import { listRooms } from '../actions/list-rooms.ts'
import { route } from '../route.ts'

/** What only reads. One write is allowed: `getHistory` seals a hole in `seq`. */
export const handler = route(getRoom, listRooms, getHistory, getFileUrl)
