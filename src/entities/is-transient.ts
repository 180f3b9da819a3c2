interface ServiceFailure {
  name: string
  message: string
  $metadata?: { httpStatusCode?: number }
  code?: string
}

/**
 * Returns the SDK's error that an ElectroDB error wraps, or the error itself. An ElectroDB error is recognised by its
 * mark and not by its class, because every function includes this file, and the class would bring all of ElectroDB
 * along.
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

const throttlingNames = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
])

/** Tells whether a call did nothing because the table or the account is over its capacity. */
export const isThrottling = (error: unknown): boolean => throttlingNames.has(rootFailure(error)?.name ?? '')

const transientCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND'])

/** Tells whether a write was refused because a transaction is writing the same item. */
export const isConflict = (error: unknown): boolean => rootFailure(error)?.name === 'TransactionConflictException'

/**
 * Tells whether the same call may succeed later: it was throttled, timed out, lost its connection, met another
 * transaction, or got a status of 5xx.
 */
export function isTransient(error: unknown): boolean {
  const failure = rootFailure(error)
  if (failure === undefined) return false
  return (
    transientNames.has(failure.name) ||
    transientCodes.has(failure.code ?? '') ||
    (failure.$metadata?.httpStatusCode ?? 0) >= 500
  )
}
