export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/**
 * Credentials and region for signing. Both functions are called for every request, so the values may change over time.
 */
export interface Aws {
  credentials: () => Promise<Credentials>
  region: () => Promise<string>
}
