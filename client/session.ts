/**
 * Where the server posts the events of a client instance: to the connection that has synced for it last. Its
 * subscriptions are rows that the next connection overwrites, so coming back costs half of what new rows cost. It is
 * named in the URL too, which spares the server a row and a round trip.
 */
export interface Session {
  /** Left out: the connection is a session of its own. */
  sessionId?: string
}
