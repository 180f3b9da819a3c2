/** What the clients of a test connect to: the local runtime, or a deployed stack, of which nothing more is visible. */
export interface Target {
  /** `wss://HOST/STAGE` */
  wsUrl: string
  token(userId: string, options?: { expiresInSeconds?: number }): Promise<string>
}
