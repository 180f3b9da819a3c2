import { protocolLimits } from '../../../client/index.ts'
import { routeFrom } from '../state/route.ts'

const { roomIdChars } = protocolLimits

/** The pattern of room ids, for the attribute `pattern` of an input. */
export const ROOM_ID_PATTERN = `[A-Za-z0-9_:\\-]{1,${roomIdChars}}`

const roomId = new RegExp(`^${ROOM_ID_PATTERN}$`)

/** Whether a room may have this id, either chosen by a user or by the server. */
export const isRoomId = (id: string): boolean => roomId.test(id)

/** Makes a readable id from a room's name: `design-team` from `Design team`. The result may be empty. */
export const roomIdFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .slice(0, roomIdChars)
    .replaceAll(/^-+|-+$/g, '')

/** Returns the id in a link to a room, such as `https://chat.example/#/room/lobby`, or any other text unchanged. */
export function roomIdIn(text: string): string {
  const [, , hash] = /^(https?:\/\/\S*)?(#\/room\/\S+)$/.exec(text.trim()) ?? []
  const route = hash === undefined ? undefined : routeFrom(hash)
  return route?.kind === 'room' ? route.id : text.trim()
}
