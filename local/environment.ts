import type { Stack } from '../terraform/stack.ts'

/** What the functions of a local runtime are told, in place of Terraform. */
export interface LocalParts {
  region: string
  tableName: string
  dynamodbEndpoint: string
  bucket: string
  bucketEndpoint: string
  /** `http://HOST:PORT` of the runtime's own server */
  baseUrl: string
  /** The `@connections` API, without the id */
  connectionsUrl: string
  issuer: string
  audience: string
}

/** Stand-ins: DynamoDB Local wants them alphanumeric, and nothing leaves the machine. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const

/**
 * A function's environment. Like its role, it depends on what the function may touch: only those that may post know
 * where connections are posted to.
 */
export function functionEnvironment(parts: LocalParts, mayPost: boolean): Record<string, string> {
  return {
    AWS_REGION: parts.region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    // The developer's own profile must not lead a local function to AWS.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: parts.dynamodbEndpoint,
    TABLE_NAME: parts.tableName,
    // DynamoDB Local shares two cores with everything else.
    TABLE_TIMEOUT_MS: '8000',
    AWS_ENDPOINT_URL_S3: parts.bucketEndpoint,
    FILES_BUCKET: parts.bucket,
    JWKS_URL: `${parts.baseUrl}/.well-known/jwks.json`,
    JWT_ISSUER: parts.issuer,
    JWT_AUDIENCE: parts.audience,
    ALLOWED_ORIGINS: '*',
    POWERTOOLS_SERVICE_NAME: 'tabletalk',
    POWERTOOLS_LOG_LEVEL: 'WARN',
    POWERTOOLS_METRICS_DISABLED: 'true',
    ...(mayPost ? { CONNECTIONS_ENDPOINT: parts.connectionsUrl } : {}),
  }
}

/** What the stream's function is told beside that. */
export const windowEnvironment = ({ milliseconds, fromEventsPerSecond }: Stack['stream']['window']) => ({
  STREAM_WINDOW_MS: String(milliseconds),
  STREAM_WINDOW_FROM_EVENTS_PER_SECOND: String(fromEventsPerSecond),
})
