import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { optional, text, wholeNumber } from '../env.ts'

/**
 * The one table's name and client, shared by every entity. The endpoint, region and credentials come from the
 * environment (`AWS_ENDPOINT_URL_DYNAMODB` on a laptop), so the code is the same everywhere.
 *
 * An attempt is given up after `TABLE_TIMEOUT_MS`, 2 s by default, and made at most three times: the client hears
 * `unavailable` rather than a gateway timeout. DynamoDB answers within milliseconds; its local stand-in, on a laptop that
 * is busy, may not.
 */
const timeoutMs = optional('TABLE_TIMEOUT_MS', wholeNumber({ from: 1, to: 60_000 })) ?? 2_000

export const client = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    throwOnRequestTimeout: true,
    httpsAgent: { maxSockets: 128 },
    httpAgent: { maxSockets: 128 },
  },
})

export const table = optional('TABLE_NAME', text) ?? 'tabletalk'

export const service = 'tabletalk'

type KeyPart = readonly string[]

/** The table's own key. `casing: "none"`, or ElectroDB lower-cases: two connection ids differing in case would be one row. */
export const primary = <const P extends KeyPart, const S extends KeyPart>(pk: P, sk: S) => ({
  pk: { field: 'pk' as const, composite: pk, casing: 'none' as const },
  sk: { field: 'sk' as const, composite: sk, casing: 'none' as const },
})

/** The table's one index. */
export const gsi1 = <const P extends KeyPart, const S extends KeyPart>(pk: P, sk: S) => ({
  index: 'gsi1' as const,
  pk: { field: 'gsi1pk' as const, composite: pk, casing: 'none' as const },
  sk: { field: 'gsi1sk' as const, composite: sk, casing: 'none' as const },
})
