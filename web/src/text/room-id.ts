const MAX_CHARS = 64

/** An id that people can say to each other, made from a room's name: `Design team` is `design-team`. May be empty. */
export const roomIdFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .slice(0, MAX_CHARS)
    .replaceAll(/^-+|-+$/g, '')
