import { devNull } from 'node:os'
import { QUIET_SDK } from './quiet-sdk.ts'

/**
 * The settings in a developer's shell for AWS, Lambda and proxies that would lead the SDK's clients away from the local
 * parts: profiles, endpoints, FIPS and dual stack, retries, tokens, and a proxy that Node would use for loopback too.
 */
const FOREIGN = /^(AWS_|_X_AMZN_|LAMBDA_|POWERTOOLS_|NODE_USE_ENV_PROXY$|(https?|all|no)_proxy$)/i

/** Removes such settings from an environment. Tabletalk's own settings, such as `PORT`, stay. */
export function removeAwsSettings(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (FOREIGN.test(name)) delete env[name]
  Object.assign(env, QUIET_SDK)
  env.AWS_CONFIG_FILE = devNull
  env.AWS_SHARED_CREDENTIALS_FILE = devNull
  env.AWS_EC2_METADATA_DISABLED = 'true'
}
