import type * as z from 'zod/mini'
import { InvalidRequest, TooLarge } from '../errors.ts'
import type { Problem } from '../protocol/frames.ts'
import { RequestId, TOO_LARGE } from '../protocol/scalars.ts'

/** What an answer repeats of its request, so that the client can tell which one it answers. */
export interface Envelope {
  action?: string
  requestId?: string
}

/** `details` is for a person mending a frame: the first few problems tell, a thousand would not fit the answer. */
const MAX_PROBLEMS = 10
const MAX_ACTION_CHARS = 64

/**
 * The JSON object of a frame; fills `envelope` with what may be echoed, so that an error finds its request.
 *
 * @throws InvalidRequest when it isn't JSON, isn't an object, or has a `__proto__` key
 */
export function readFrame(body: string | undefined, envelope: Envelope): Record<string, unknown> {
  let frame: unknown
  let polluting = false
  try {
    frame = JSON.parse(body ?? '', (key, value: unknown) => {
      // zod passes a record's `__proto__` over in silence, and a copy of such an object would change its prototype.
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
 * The frame, valid by the action's schema.
 *
 * @throws InvalidRequest with path and problem of the first ten problems
 * @throws TooLarge when its only fault is a text over its limit
 */
export function parseFrame<T>(frame: Record<string, unknown>, schema: Pick<z.ZodMiniType<T>, 'safeParse'>): T {
  const parsed = schema.safeParse(frame)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const problems: Problem[] = issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    path: issue.path.map(String).join('.'),
    problem: issue.message,
  }))
  if (issues.every((issue) => issue.code === 'custom' && issue.params?.code === TOO_LARGE.code)) {
    throw new TooLarge('unable to accept the frame; a text is over its limit', problems)
  }
  throw new InvalidRequest('unable to accept the frame; it is not of the schema', problems)
}
