import { InvalidRequest, UnknownAction } from '../../errors.ts'
import { callerOf } from '../caller.ts'
import { readFrame } from '../parse-frame.ts'
import { answering } from '../route.ts'

/** Everything that no route takes: not JSON, no action, or one that doesn't exist. */
export const handler = answering(async (event, envelope) => {
  const { action } = readFrame(event.body, envelope)
  callerOf(event)
  if (typeof action !== 'string') {
    throw new InvalidRequest('unable to act; the frame names no action', [
      { path: 'action', problem: 'must be a string' },
    ])
  }
  throw new UnknownAction('unable to act; there is no such action')
})
