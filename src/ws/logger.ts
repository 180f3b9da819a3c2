import { Logger } from '@aws-lambda-powertools/logger'

/** The WebSocket functions' logger: its level is `POWERTOOLS_LOG_LEVEL`. */
export const logger = new Logger()
