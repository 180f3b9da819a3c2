import { deleteConnection } from '../entities/connection.ts'
import { defined } from '../protocol/defined.ts'
import { FramePacker } from './frame-packer.ts'
import type { CloseConnection, PostFrame } from './posting/post-frame.ts'
import { postWithRetry } from './posting/post-with-retry.ts'

/** Milliseconds for the last event and the closing together. */
const BUDGET_MS = 4_000

/**
 * Posts `goodbye` to a connection and closes it, whatever the outcome of the post. A connection that is already gone is
 * deleted, as at any 410.
 *
 * @throws when the connection could not be closed; the call must be repeated
 */
export async function sayGoodbye(
  { connectionId, closeReason }: { connectionId: string; closeReason?: string | undefined },
  { post, close }: { post: PostFrame; close: CloseConnection },
): Promise<void> {
  const deadline = Date.now() + BUDGET_MS
  const [frame] = new FramePacker().frames([{ event: 'goodbye', ...defined({ reason: closeReason }) }])
  await postWithRetry(post, connectionId, frame!.bytes, deadline)
  const closing: PostFrame = (id, _frame, timeoutMs) => close(id, timeoutMs)
  const { outcome, error } = await postWithRetry(closing, connectionId, frame!.bytes, deadline)
  if (outcome === 'gone') await deleteConnection(connectionId)
  else if (outcome !== 'delivered') throw error
}
