import { credentialsOfEnvironment, optional, text } from '../env.ts'
import type { Aws, Credentials } from './credentials.ts'

type Provider = Aws['credentials']

let chain: Promise<Provider> | undefined

/**
 * Returns the current credentials that Lambda puts into a function's environment. Elsewhere, for example in a script
 * with a profile, returns the credentials that the AWS SDK finds. The SDK renews them in time.
 */
async function credentials(): Promise<Credentials> {
  const given = credentialsOfEnvironment()
  if (given !== undefined) return given
  chain ??= import('./sdk-credentials.ts').then(({ findCredentials }) => findCredentials())
  return (await chain)()
}

/** @throws Error when no region is set */
async function region(): Promise<string> {
  const name = optional('AWS_REGION', text)
  if (name === undefined) throw new Error('unable to sign a request; AWS_REGION is not set')
  return name
}

/** The credentials and region of this process. */
export const aws: Aws = { credentials, region }
