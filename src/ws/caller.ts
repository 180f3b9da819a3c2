/** Who acts: the user of the verified token, and the connection that the request came on. */
export interface Caller {
  userId: string
  connectionId: string
  /** Epoch seconds from which the connection's rows may be deleted: the token's `exp`, or the end of its 2 h and a margin. */
  rowsExpireAt: number
}
