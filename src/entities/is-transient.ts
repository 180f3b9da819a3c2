interface ServiceFailure {
  name: string
  message: string
  $metadata?: { httpStatusCode?: number }
  code?: string
}

/**
 * The SDK's error behind an ElectroDB one, or the error itself. Told by ElectroDB's mark and not by its class, for this
 * file is in every route, and with the class would be all of ElectroDB.
 */
function rootFailure(error: unknown): ServiceFailure | undefined {
  const isElectroError = error instanceof Error && 'isElectroError' in error
  const root: unknown = isElectroError && error.cause !== undefined ? error.cause : error
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
