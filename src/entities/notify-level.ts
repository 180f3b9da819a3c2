import { defined } from '../protocol/defined.ts'
import type { Notify } from '../protocol/notification-actions.ts'
import { RoomState, type RoomStateRow, type StateKey, stateKey } from './room-state.ts'

/**
 * Which messages of a room a user is to be woken for, which their `RoomState` says.
 *
 * - AP126 `setNotify`: is this user to be woken for these messages from now on?
 */

/** AP126. Of two choices at once the one that comes later holds, whatever the clocks say. */
export async function setNotify(
  key: Omit<StateKey, 'threadId'>,
  { level, until, originConnectionId }: Notify & { originConnectionId: string | undefined },
  now: number,
): Promise<void> {
  for (let at = now; ;) {
    const { rejected, data } = await RoomState.update(stateKey(key))
      .set({ notify: level, notifyAt: at, ...defined({ notifyUntil: until, originConnectionId }) })
      .remove([
        ...(until === undefined ? (['notifyUntil'] as const) : []),
        ...(originConnectionId === undefined ? (['originConnectionId'] as const) : []),
      ])
      .where(({ notifyAt }, { notExists, lt }) => `${notExists(notifyAt)} OR ${lt(notifyAt, at)}`)
      .go({ returnOnConditionCheckFailure: 'all_old' })
    if (!rejected) return
    // The clock of another function may be ahead of ours.
    at = (data?.notifyAt ?? 0) + 1
  }
}

/** What holds at a moment; undefined for `all`. */
export function notifyOf(row: Pick<RoomStateRow, 'notify' | 'notifyUntil'> | undefined, now: number) {
  const { notify: level, notifyUntil: until } = row ?? {}
  if (level === undefined || level === 'all' || (until !== undefined && until <= now)) return undefined
  return { level, ...defined({ until }) }
}
