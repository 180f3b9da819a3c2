import { Logger } from '@aws-lambda-powertools/logger'
import { ignoreLambdaLogLevel } from './env.ts'
import { traceId } from './trace.ts'

// Before the logger is made: it would take Lambda's level in place of `POWERTOOLS_LOG_LEVEL`, and Lambda's is never
// above INFO, because it drops metrics too.
ignoreLambdaLogLevel()

const powertools = new Logger()

type Fields = Record<string, unknown>

const withTrace = (fields: Fields): Fields => {
  const current = traceId()
  return current === undefined ? fields : { traceId: current, ...fields }
}

/** The functions' logger: its level is `POWERTOOLS_LOG_LEVEL`. A line has the `traceId` it is written under. */
export const logger = {
  debug: (message: string, fields: Fields = {}): void => powertools.debug(message, withTrace(fields)),
  warn: (message: string, fields: Fields = {}): void => powertools.warn(message, withTrace(fields)),
  error: (message: string, fields: Fields = {}): void => powertools.error(message, withTrace(fields)),
  setLogLevel: (level: 'DEBUG' | 'SILENT'): void => powertools.setLogLevel(level),
}
