import { aws } from '../aws/aws.ts'
import { type AskService, endpointIn, jsonService } from '../aws/json-service.ts'
import { optional, url } from '../env.ts'

const endpoint = optional('AWS_ENDPOINT_URL_SECRETS_MANAGER', url)

/** A secret that was replaced is used after so long. */
const KEPT_MS = 5 * 60_000

let service: Promise<AskService> | undefined

const makeService = async (): Promise<AskService> =>
  jsonService({
    what: 'Secrets Manager',
    service: 'secretsmanager',
    target: 'secretsmanager',
    jsonVersion: '1.1',
    endpoint: endpoint ?? endpointIn('secretsmanager', await aws.region()),
    aws,
    timeoutMs: 5_000,
    maxAttempts: 3,
    maxSockets: 4,
    baseDelayMs: 100,
  })

const known = new Map<string, { secret: string; readAt: number }>()

/** The text of a secret. @throws Error when it can't be read, or is no text */
export async function secretOf(arn: string, now: number): Promise<string> {
  const found = known.get(arn)
  if (found !== undefined && now - found.readAt < KEPT_MS) return found.secret
  const ask = await (service ??= makeService())
  const { SecretString } = (await ask('GetSecretValue', { SecretId: arn })) as { SecretString?: string }
  if (SecretString === undefined) throw new Error('unable to sign; the secret is no text')
  known.set(arn, { secret: SecretString, readAt: now })
  return SecretString
}
