import { z } from 'zod'
import type { AuthorizerContext } from './events.ts'
import { isUnauthorized, type InvokeResult } from './integration.ts'

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: "Lambda authorizer result size" */
const MAX_RESULT_BYTES = 8192

type Authorization = { context: AuthorizerContext } | { refused: 401 | 403 | 500; reason: string }

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())])

const authorizerResult = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.string(),
    Statement: z.array(z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore, Resource: oneOrMore })),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
})

type Statement = z.infer<typeof authorizerResult>['policyDocument']['Statement'][number]

/**
 * Reads the result of a REQUEST authorizer. Returns the context to keep, or the HTTP status to refuse the upgrade with:
 * 401 if it threw `Unauthorized`, 403 if its policy doesn't allow `methodArn`, 500 for everything else.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function readAuthorization(outcome: InvokeResult, methodArn: string, latencyMs: number): Authorization {
  if (outcome.kind === 'timedOut') return { refused: 500, reason: 'it timed out' }
  if (outcome.kind === 'threw') {
    return isUnauthorized(outcome.error)
      ? { refused: 401, reason: 'it threw Unauthorized' }
      : { refused: 500, reason: 'it failed' }
  }
  const result = authorizerResult.safeParse(outcome.value)
  if (!result.success) return { refused: 500, reason: `its result is malformed: ${z.prettifyError(result.error)}` }
  if (Buffer.byteLength(JSON.stringify(outcome.value)) > MAX_RESULT_BYTES) {
    return { refused: 500, reason: `its result is larger than ${MAX_RESULT_BYTES} bytes` }
  }
  const { principalId, policyDocument, context } = result.data
  if (!allows(policyDocument.Statement, methodArn)) return { refused: 403, reason: 'its policy does not allow it' }
  const values = Object.entries(context ?? {}).map(([name, value]) => [name, String(value)] as const)
  return { context: { ...Object.fromEntries(values), principalId, integrationLatency: latencyMs } }
}

function allows(statements: Statement[], methodArn: string): boolean {
  const matching = statements.filter(
    ({ Action, Resource }) =>
      Action.some((action) => matches(action, 'execute-api:Invoke')) &&
      Resource.some((resource) => matches(resource, methodArn)),
  )
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny')
}

/** IAM's wildcards: `*` for any run of characters, `?` for one. */
function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(value)
}
