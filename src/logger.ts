import { Logger } from '@aws-lambda-powertools/logger'
import { ignoreLambdaLogLevel } from './env.ts'
import { traceId } from './trace.ts'

// Before the logger is created. Otherwise it would use Lambda's level instead of `POWERTOOLS_LOG_LEVEL`. Lambda's level
// is never above INFO here, because a higher one would drop the metrics too.
ignoreLambdaLogLevel()

const powertools = new Logger()

type Fields = Record<string, unknown>

type Failure = Error & { code?: unknown; $metadata?: unknown; CancellationReasons?: { Code?: string }[] }

/**
 * Returns a copy of an error with what may be logged. Powertools logs every property of an error, and those of DynamoDB
 * have the rows that were in the way of a write, with the texts of messages in them.
 */
function withoutRows(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  const { name, message, stack, cause, code, $metadata, CancellationReasons: reasons } = error as Failure
  const copy = Object.assign(new Error(message), { name, stack, code, $metadata })
  if (cause !== undefined) copy.cause = withoutRows(cause)
  return Object.assign(copy, { CancellationReasons: reasons?.map(({ Code }) => Code) })
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
