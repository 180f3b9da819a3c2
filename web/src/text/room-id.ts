const MAX_CHARS = 64

/** What an id that people choose consists of; those that begin with `dm:` are the server's. */
export const ROOM_ID = '(?!dm:)[A-Za-z0-9_:\\-]{1,64}'

/** Whether there can be a room with that id, of people's or of the server's choice. */
export const isRoomId = (id: string): boolean => /^[A-Za-z0-9_:-]{1,64}$/.test(id)

/** An id that people can say to each other, made from a room's name: `Design team` is `design-team`. May be empty. */
export const roomIdFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .slice(0, MAX_CHARS)
    .replaceAll(/^-+|-+$/g, '')
