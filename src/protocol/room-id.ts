export const MAX_ROOM_ID_CHARS = 64

/** Ids of direct rooms start with this. Only the server makes such ids. */
export const DIRECT_ROOM_PREFIX = 'dm:'

/** Whether a room is the direct room of two users. */
export const isDirectRoomId = (chatRoomId: string): boolean => chatRoomId.startsWith(DIRECT_ROOM_PREFIX)
