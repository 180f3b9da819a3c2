import { Logger } from '@aws-lambda-powertools/logger'
import { ignoreLambdaLogLevel } from './env.ts'
import { traceId } from './trace.ts'

// Before the logger is created. Otherwise it would use Lambda's level instead of `POWERTOOLS_LOG_LEVEL`. Lambda's level
// is never above INFO here, because a higher one would drop the metrics too.
ignoreLambdaLogLevel()

const powertools = new Logger()

type Fields = Record<string, unknown>

const withTrace = (fields: Fields): Fields => {
  const current = traceId()
  return current === undefined ? fields : { traceId: current, ...fields }
}

/** The functions' logger. Its level is `POWERTOOLS_LOG_LEVEL`. Each line has the current `traceId`, if there is one. */
export const logger = {
  debug: (message: string, fields: Fields = {}): void => powertools.debug(message, withTrace(fields)),
  warn: (message: string, fields: Fields = {}): void => powertools.warn(message, withTrace(fields)),
  error: (message: string, fields: Fields = {}): void => powertools.error(message, withTrace(fields)),
  setLogLevel: (level: 'DEBUG' | 'SILENT'): void => powertools.setLogLevel(level),
}
