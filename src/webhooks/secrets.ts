import { rareService } from '../aws/rare-service.ts'
import { optional, url } from '../env.ts'

/** How long a secret is cached, in milliseconds. A replaced secret is used after at most this time. */
const KEPT_MS = 5 * 60_000

const ask = rareService({
  what: 'Secrets Manager',
  service: 'secretsmanager',
  target: 'secretsmanager',
  jsonVersion: '1.1',
  endpoint: optional('AWS_ENDPOINT_URL_SECRETS_MANAGER', url),
})

const known = new Map<string, { secret: string; readAt: number }>()

/**
 * Returns the text of a secret.
 *
 * @throws Error when the secret cannot be read, or is not text
 */
export async function secretOf(arn: string, now: number): Promise<string> {
  const found = known.get(arn)
  if (found !== undefined && now - found.readAt < KEPT_MS) return found.secret
  const { SecretString } = (await ask('GetSecretValue', { SecretId: arn })) as { SecretString?: string }
  if (SecretString === undefined) throw new Error('unable to sign; the secret is no text')
  known.set(arn, { secret: SecretString, readAt: now })
  return SecretString
}
