import { defaultProvider } from '@aws-sdk/credential-provider-node'
import type { Aws } from './credentials.ts'

/** Returns the AWS SDK's credential chain. It caches the credentials until they expire. */
export const findCredentials = (): Aws['credentials'] => defaultProvider()
