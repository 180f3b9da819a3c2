import type * as z from 'zod/mini'
import { InvalidRequest, TooLarge } from '../errors.ts'
import type { Problem } from '../protocol/frames.ts'
import { RequestId, TOO_LARGE } from '../protocol/scalars.ts'

/** The parts of a request that its reply or error repeats, so that the client can match them. */
export interface Envelope {
  action?: string
  requestId?: string
}

/**
 * `details` helps a developer to correct a frame. A few problems are enough, and a thousand would not fit into a reply.
 */
const MAX_PROBLEMS = 10
const MAX_ACTION_CHARS = 64
/** Limit for a problem's path and text. They may quote the client's keys, and the error must fit into a message. */
const MAX_QUOTE_CHARS = 200

/** Shortens a text to 200 characters; the last of them is then `…`. */
const cut = (text: string): string =>
  text.length <= MAX_QUOTE_CHARS ? text : `${text.slice(0, MAX_QUOTE_CHARS - 1).toWellFormed()}…`

/**
 * Parses the JSON object of a frame.
 *
 * @param envelope filled in as far as the frame can be read, so that an error can repeat it
 * @throws InvalidRequest when the frame is not JSON, is not an object, or has a `__proto__` key
 */
export function readFrame(body: string | undefined, envelope: Envelope): Record<string, unknown> {
  let frame: unknown
  let polluting = false
  try {
    frame = JSON.parse(body ?? '', (key, value: unknown) => {
      // zod ignores the key `__proto__` of a record, and a copy of such an object would have another prototype.
      if (key === '__proto__') polluting = true
      return value
    })
  } catch {
    throw new InvalidRequest('unable to read the frame; it is not JSON', [{ path: '', problem: 'is not JSON' }])
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new InvalidRequest('unable to read the frame; it is not a JSON object', [
      { path: '', problem: 'is not an object' },
    ])
  }
  const { action, requestId } = frame as Record<string, unknown>
  if (typeof action === 'string' && action.isWellFormed()) envelope.action = action.slice(0, MAX_ACTION_CHARS)
  const echo = RequestId.safeParse(requestId)
  if (echo.success) envelope.requestId = echo.data
  if (polluting) {
    throw new InvalidRequest('unable to read the frame; __proto__ is not a key', [
      { path: '__proto__', problem: 'is not allowed' },
    ])
  }
  return frame as Record<string, unknown>
}

/**
 * Checks a frame against the schema of its action.
 *
 * @returns the input of the action, with the schema's defaults
 * @throws InvalidRequest with path and description of the first ten problems
 * @throws TooLarge when the only problems are texts over their limits
 */
export function parseFrame<T>(frame: Record<string, unknown>, schema: Pick<z.ZodMiniType<T>, 'safeParse'>): T {
  const parsed = schema.safeParse(frame)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const problems: Problem[] = issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    path: cut(issue.path.map(String).join('.')),
    problem: cut(issue.message),
  }))
  if (issues.every((issue) => issue.code === 'custom' && issue.params?.code === TOO_LARGE.code)) {
    throw new TooLarge('unable to accept the frame; a text is over its limit', problems)
  }
  throw new InvalidRequest('unable to accept the frame; it is not of the schema', problems)
}
