import { AsyncLocalStorage } from 'node:async_hooks'

/** Ids from AWS are shorter. A longer one would make the rows larger. */
const MAX_LENGTH = 64

const current = new AsyncLocalStorage<string>()

/**
 * Runs `work` with a `traceId`, which its log lines and the messages that it writes then have. It is API Gateway's id
 * of the frame or request, named `requestId` in the access log. The stream record of a message passes it on to the
 * stream function, whose log lines about that message have the same `traceId`.
 */
export const traced = <T>(traceId: string | undefined, work: () => T): T =>
  traceId === undefined ? work() : current.run(traceId.slice(0, MAX_LENGTH), work)

/** Returns the current `traceId`; undefined outside `traced`. */
export const traceId = (): string | undefined => current.getStore()
