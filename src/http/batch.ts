import { BatchRequest } from '../protocol/server-api.ts'
import { chatErrorOf } from '../ws/chat-error-of.ts'
import { errorBody } from '../ws/error-body.ts'
import { parseFrame } from '../ws/parse-frame.ts'
import { act } from './act.ts'
import { logFailure } from './log-failure.ts'
import type { Sender } from './sender-of.ts'

/** The result of one action of a batch. */
type Result = { data: unknown } | { error: ReturnType<typeof errorBody> }

/**
 * Performs up to 25 actions in order, one after the other, so that each sees the effects of the previous ones. An
 * action that fails does not stop the others.
 *
 * @throws InvalidRequest when the body is not a list of actions
 */
export async function batch(body: Record<string, unknown>, sender: Sender): Promise<{ results: Result[] }> {
  const { actions } = parseFrame<{ actions: ({ action: string } & Record<string, unknown>)[] }>(body, BatchRequest)
  const results: Result[] = []
  for (const { action, ...fields } of actions) {
    results.push(
      await act(action, fields, sender).then(
        (data) => ({ data }),
        (error: unknown) => {
          const known = chatErrorOf(error)
          logFailure(known, error, action)
          return { error: errorBody(known) }
        },
      ),
    )
  }
  return { results }
}
