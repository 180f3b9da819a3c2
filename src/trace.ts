import { AsyncLocalStorage } from 'node:async_hooks'

/** Longer ones are no id of AWS's, and a row has no room for them. */
const MAX_LENGTH = 64

const current = new AsyncLocalStorage<string>()

/**
 * Runs `work`, whose log lines then have this `traceId`, as the message has that it writes: API Gateway's id of a frame
 * or request, which its access log has as `requestId`. A message's record in the stream brings it to the stream
 * function, whose log lines have the `traceId` of what they are about.
 */
export const traced = <T>(traceId: string | undefined, work: () => T): T =>
  traceId === undefined ? work() : current.run(traceId.slice(0, MAX_LENGTH), work)

/** The id that `traced` was given; undefined outside of it. */
export const traceId = (): string | undefined => current.getStore()
