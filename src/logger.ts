import { Logger } from '@aws-lambda-powertools/logger'
import { ignoreLambdaLogLevel } from './env.ts'

// Before the logger is made: it would take Lambda's level in place of `POWERTOOLS_LOG_LEVEL`, and Lambda's is never
// above INFO, because it drops metrics too.
ignoreLambdaLogLevel()

/** The functions' logger: its level is `POWERTOOLS_LOG_LEVEL`. */
export const logger = new Logger()
