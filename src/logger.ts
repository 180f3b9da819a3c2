import { Logger } from '@aws-lambda-powertools/logger'
import { ignoreLambdaLogLevel } from './env.ts'
import { traceId } from './trace.ts'

// Before the logger is created. Otherwise it would use Lambda's level instead of `POWERTOOLS_LOG_LEVEL`. Lambda's level
// is never above INFO here, because a higher one would drop the metrics too.
ignoreLambdaLogLevel()

const powertools = new Logger()

type Fields = Record<string, unknown>

interface Failure extends Error {
  code?: unknown
  $metadata?: unknown
  CancellationReasons?: { Code?: string }[]
  /** Of an `AggregateError`. */
  errors?: unknown[]
}

/**
 * Returns a copy of an error with what may be logged. Powertools and Lambda log every property of an error, and those
 * of DynamoDB have the rows that were in the way of a write, with the texts of messages in them.
 */
function withoutRows(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const { name, message, stack, cause, code, $metadata, CancellationReasons, errors } = error as Failure
  const copy = Object.assign(new Error(message), { name, stack, code, $metadata })
  if (cause !== undefined) copy.cause = withoutRows(cause)
  return Object.assign(copy, {
    CancellationReasons: CancellationReasons?.map(({ Code }) => Code),
    errors: errors?.map(withoutRows),
  })
}

/** Returns a handler that does the same. Lambda logs what it throws, so it throws no rows. */
export const throwsNoRows =
  <E, R>(handle: (event: E) => Promise<R>) =>
  async (event: E): Promise<R> => {
    try {
      return await handle(event)
    } catch (error) {
      throw withoutRows(error)
    }
  }

const lineOf = ({ error, ...fields }: Fields): Fields => {
  const current = traceId()
  return {
    ...(current === undefined ? {} : { traceId: current }),
    ...fields,
    ...(error === undefined ? {} : { error: withoutRows(error) }),
  }
}

/** The functions' logger. Its level is `POWERTOOLS_LOG_LEVEL`. Each line has the current `traceId`, if there is one. */
export const logger = {
  debug: (message: string, fields: Fields = {}): void => powertools.debug(message, lineOf(fields)),
  warn: (message: string, fields: Fields = {}): void => powertools.warn(message, lineOf(fields)),
  error: (message: string, fields: Fields = {}): void => powertools.error(message, lineOf(fields)),
  setLogLevel: (level: 'DEBUG' | 'SILENT'): void => powertools.setLogLevel(level),
}
