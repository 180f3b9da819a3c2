import { defined } from '../protocol/defined.ts'
import type { Notify } from '../protocol/notification-actions.ts'
import { RoomState, type RoomStateRow, type StateKey, stateKey } from './room-state.ts'

/**
 * Which messages of a room a user wants push notifications for, which is noted in their `RoomState`.
 *
 * - AP126 `setNotify`: note which messages of a room wake this user
 */

/** AP126. Notes a user's choice. Of two choices at the same time the later write wins, whatever the clocks say. */
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

/** Returns the choice that is in force at `now`, or undefined for `all`. */
export function notifyOf(row: Pick<RoomStateRow, 'notify' | 'notifyUntil'> | undefined, now: number) {
  const { notify: level, notifyUntil: until } = row ?? {}
  if (level === undefined || level === 'all' || (until !== undefined && until <= now)) return undefined
  return { level, ...defined({ until }) }
}
