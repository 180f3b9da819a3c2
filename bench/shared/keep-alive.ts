/**
 * A gateway's sockets stay open so long: Node's own 5 s are over while a function signs its posts to thousands, and its
 * posts would fail on sockets that have just been closed.
 */
export const KEEP_ALIVE_MS = 300_000
