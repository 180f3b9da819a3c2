export const MAX_ROOM_ID_CHARS = 64

/** The prefix of the ids of direct rooms. Only the server creates such ids. */
export const DIRECT_ROOM_PREFIX = 'dm:'

/** Whether a room is a direct room of two users. */
export const isDirectRoomId = (chatRoomId: string): boolean => chatRoomId.startsWith(DIRECT_ROOM_PREFIX)
