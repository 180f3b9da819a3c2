import { defaultProvider } from '@aws-sdk/credential-provider-node'
import type { Aws } from './credentials.ts'

/** The AWS SDK's ways to find credentials, one after the other. It keeps what it has found until it expires. */
export const findCredentials = (): Aws['credentials'] => defaultProvider()
