import { ElectroError } from 'electrodb'

interface ServiceFailure {
  name: string
  message: string
  $metadata?: { httpStatusCode?: number }
  code?: string
}

/** The SDK's error behind an ElectroDB one, or the error itself. */
function rootFailure(error: unknown): ServiceFailure | undefined {
  const root: unknown = error instanceof ElectroError && error.cause !== undefined ? error.cause : error
  return root instanceof Error ? root : undefined
}

const transientNames = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
])

const transientCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND'])

/** Whether the same call may succeed later: throttles, 5xx, timeouts and broken connections. */
export function isTransient(error: unknown): boolean {
  const failure = rootFailure(error)
  if (failure === undefined) return false
  return (
    transientNames.has(failure.name) ||
    transientCodes.has(failure.code ?? '') ||
    (failure.$metadata?.httpStatusCode ?? 0) >= 500
  )
}
