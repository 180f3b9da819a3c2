import { credentialsOfEnvironment, optional, text } from '../env.ts'
import type { Aws, Credentials } from './credentials.ts'

type Provider = Aws['credentials']

let chain: Promise<Provider> | undefined

/**
 * The credentials that Lambda gives a function by its environment, as they are now. Elsewhere, as in a script with a
 * profile, those that the AWS SDK finds, which renews them in time.
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

/** Of this process. */
export const aws: Aws = { credentials, region }
