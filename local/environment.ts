import { devNull } from 'node:os'
import type { Stack } from '../terraform/stack.ts'
import { QUIET_SDK } from './quiet-sdk.ts'

/** The values from which the functions' environment is made. On AWS they come from Terraform. */
export interface LocalParts {
  region: string
  tableName: string
  dynamodbEndpoint: string
  bucket: string
  bucketEndpoint: string
  credentials: LocalCredentials
  /** `http://HOST:PORT` of the runtime's own server. */
  baseUrl: string
  /** The URL of the `@connections` API, without a connection id. */
  connectionsUrl: string
  issuer: string
  audience: string
}

/** DynamoDB Local requires alphanumeric keys. */
export interface LocalCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** Only for temporary credentials. */
  sessionToken?: string
}

/** The credentials for a DynamoDB Local that was not started here. They are not secret. */
export const LOCAL_CREDENTIALS: LocalCredentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/**
 * Settings for clients of local parts: FIPS or dual-stack endpoints in the developer's shell or profile are meant for
 * AWS.
 */
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
    // Keeps a local function from using the developer's own AWS profile.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...QUIET_SDK,
    AWS_ENDPOINT_URL_DYNAMODB: parts.dynamodbEndpoint,
    TABLE_NAME: parts.tableName,
    // Longer than on AWS, because the table and the issuer share the machine with everything else.
    TABLE_TIMEOUT_MS: '8000',
    JWKS_TIMEOUT_MS: '8000',
    // Higher than on AWS, because nobody pays for writes to a local table.
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

/** What the stream function's environment has besides that. */
export const windowEnvironment = ({ milliseconds, fromEventsPerSecond }: Stack['stream']['window']) => ({
  STREAM_WINDOW_MS: String(milliseconds),
  STREAM_WINDOW_FROM_EVENTS_PER_SECOND: String(fromEventsPerSecond),
})
