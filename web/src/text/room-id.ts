import { protocolLimits } from '../../../client/index.ts'
import { routeFrom } from '../state/route.ts'

const { roomIdChars } = protocolLimits

/** Matches every room's id, as the `pattern` of an input. */
export const ROOM_ID_PATTERN = `[A-Za-z0-9_:\\-]{1,${roomIdChars}}`

const roomId = new RegExp(`^${ROOM_ID_PATTERN}$`)

/** Whether a room may have that id, whether a person or the server chose it. */
export const isRoomId = (id: string): boolean => roomId.test(id)

/** Makes an id that people can tell each other from a room's name: `Design team` is `design-team`. May be empty. */
export const roomIdFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .slice(0, roomIdChars)
    .replaceAll(/^-+|-+$/g, '')

/** Returns the id in a link to a room, such as `https://chat.example/#/room/lobby`; any other text as it is. */
export function roomIdIn(text: string): string {
  const [, , hash] = /^(https?:\/\/\S*)?(#\/room\/\S+)$/.exec(text.trim()) ?? []
  const route = hash === undefined ? undefined : routeFrom(hash)
  return route?.kind === 'room' ? route.id : text.trim()
}
