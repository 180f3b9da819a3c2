/**
 * Identifies a client instance to the server over its connections. The server posts the session's events to the
 * connection that has synced for it last. The next connection overwrites the session's subscription rows, which costs
 * half as much as writing new ones. The URL names the session too, which saves the server a row and a round trip.
 */
export interface Session {
  /** If left out, the connection is a session of its own. */
  sessionId?: string
}
