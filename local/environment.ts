import { devNull } from 'node:os'
import type { Stack } from '../terraform/stack.ts'
import { QUIET_SDK } from './quiet-sdk.ts'

/** What the functions' environment is made of, in place of Terraform. */
export interface LocalParts {
  region: string
  tableName: string
  dynamodbEndpoint: string
  bucket: string
  bucketEndpoint: string
  credentials: LocalCredentials
  /** `http://HOST:PORT` of the runtime's own server. */
  baseUrl: string
  /** The `@connections` API, without the id. */
  connectionsUrl: string
  issuer: string
  audience: string
}

/** DynamoDB Local requires alphanumeric keys. */
export interface LocalCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** Of temporary ones. */
  sessionToken?: string
}

/** For a DynamoDB Local that somebody else has started. Not secret. */
export const LOCAL_CREDENTIALS: LocalCredentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** For clients of local parts: a shell or profile that asks for FIPS or dual-stack endpoints means AWS's. */
export const PLAIN_ENDPOINT = { useFipsEndpoint: false, useDualstackEndpoint: false } as const

/**
 * The environment of one function. Like its role, it depends on what the function may touch.
 *
 * @param mayPost whether the function gets `CONNECTIONS_ENDPOINT`, the URL to post to
 */
export function functionEnvironment(parts: LocalParts, mayPost: boolean): Record<string, string> {
  return {
    AWS_REGION: parts.region,
    AWS_ACCESS_KEY_ID: parts.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: parts.credentials.secretAccessKey,
    ...(parts.credentials.sessionToken ? { AWS_SESSION_TOKEN: parts.credentials.sessionToken } : {}),
    // So that a local function never uses the developer's own AWS profile.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...QUIET_SDK,
    AWS_ENDPOINT_URL_DYNAMODB: parts.dynamodbEndpoint,
    TABLE_NAME: parts.tableName,
    // More than on AWS: DynamoDB Local shares the machine with everything else.
    TABLE_TIMEOUT_MS: '8000',
    // The machine's table is nobody's bill.
    JANITOR_WRITES_PER_SECOND: '10000',
    AWS_ENDPOINT_URL_S3: parts.bucketEndpoint,
    FILES_BUCKET: parts.bucket,
    JWKS_URL: `${parts.baseUrl}/.well-known/jwks.json`,
    JWT_ISSUER: parts.issuer,
    JWT_AUDIENCE: parts.audience,
    ALLOWED_ORIGINS: '*',
    POWERTOOLS_SERVICE_NAME: 'tabletalk',
    POWERTOOLS_LOG_LEVEL: 'WARN',
    POWERTOOLS_METRICS_NAMESPACE: 'Tabletalk/local',
    ...(mayPost ? { CONNECTIONS_ENDPOINT: parts.connectionsUrl } : {}),
  }
}

/** Added to the environment of the stream's function. */
export const windowEnvironment = ({ milliseconds, fromEventsPerSecond }: Stack['stream']['window']) => ({
  STREAM_WINDOW_MS: String(milliseconds),
  STREAM_WINDOW_FROM_EVENTS_PER_SECOND: String(fromEventsPerSecond),
})
