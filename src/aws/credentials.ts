export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Credentials and region for signing. Both functions are called for every request, so values may change meanwhile. */
export interface Aws {
  credentials: () => Promise<Credentials>
  region: () => Promise<string>
}
