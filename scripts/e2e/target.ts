/**
 * What the clients of a test connect to: the local runtime or a deployed stack. A deployed stack shows no more than
 * this.
 */
export interface Target {
  /** `wss://HOST/STAGE`. */
  wsUrl: string
  token(userId: string, options?: { expiresInSeconds?: number }): Promise<string>
}
