/** Who acts: the user of the verified token, and the connection that the request came on. */
export interface Caller {
  userId: string
  connectionId: string
  /** Epoch seconds. TTL of the connection's rows: the token's `exp`, or the end of the connection's 2 h with a margin. */
  rowsExpireAt: number
}
