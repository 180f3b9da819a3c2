/**
 * Keep-alive timeout of a gateway's sockets, in milliseconds. With Node's default of 5 s, sockets close while a
 * function signs thousands of posts, and posts on sockets that have just been closed fail.
 */
export const KEEP_ALIVE_MS = 300_000
