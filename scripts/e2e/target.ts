/** Where the clients of a test connect to. The local runtime is one; of a deployed stack, nothing more can be seen. */
export interface Target {
  /** `wss://HOST/STAGE` */
  wsUrl: string
  token(userId: string, options?: { expiresInSeconds?: number }): Promise<string>
}
