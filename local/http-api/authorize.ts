import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Stack } from '../../terraform/stack.ts'
import type { Integration, InvokeResult } from '../gateway/integration.ts'

type Context = Record<string, unknown>
type Authorization = { context: Context } | { refused: 401 | 403 | 500; message: string }

const simpleResponse = z.object({ isAuthorized: z.boolean(), context: z.record(z.string(), z.unknown()).nullish() })

/**
 * Creates a Lambda authorizer with simple responses, whose identity source is the Authorization header. A request
 * without the header is refused with 401, and no function is called. The result for a header is kept for
 * `authorizerResultSeconds`, unless it is a failure.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function createAuthorize(
  { authorizer, authorizerResultSeconds }: Stack['serverApi'],
  integration: Integration,
): (header: string | undefined, event: object) => Promise<Authorization> {
  const kept = new Map<string, { until: number; authorization: Authorization }>()

  return async (header, event) => {
    if (header === undefined || header === '') return { refused: 401, message: 'Unauthorized' }
    const key = createHash('sha256').update(header).digest('base64url')
    const now = Date.now()
    for (const [old, { until }] of kept) if (until <= now) kept.delete(old)
    const known = kept.get(key)
    if (known !== undefined) return known.authorization
    const authorization = read(await integration.call(authorizer, event))
    const isKept = !('refused' in authorization) || authorization.refused !== 500
    if (isKept) kept.set(key, { until: now + authorizerResultSeconds * 1_000, authorization })
    return authorization
  }
}

function read(outcome: InvokeResult): Authorization {
  const result = outcome.kind === 'returned' ? simpleResponse.safeParse(outcome.value).data : undefined
  if (result === undefined) return { refused: 500, message: 'Internal Server Error' }
  return result.isAuthorized ? { context: result.context ?? {} } : { refused: 403, message: 'Forbidden' }
}
