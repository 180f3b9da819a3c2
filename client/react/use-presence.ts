import { useEffect } from 'react'
import type { Person, Room } from '../index.ts'
import { type Talk, useRoomOf } from './talk.ts'
import { useLive } from './use-live.ts'

/** How many components show this user as present in a room. */
const lookers = new WeakMap<Room, number>()

/**
 * Who is here, looking at a room, this user among them while a component that asks is mounted. Empty with a server that
 * has no `presence`, and in rooms where it is off.
 *
 * @param isHere false while this user is not to be shown, such as in a hidden tab: then it isn't kept up to date either
 */
export function usePresence(talk: Talk, isHere = true): readonly Person[] {
  const room = useRoomOf(talk)
  useEffect(() => {
    if (!isHere || !room) return
    lookers.set(room, (lookers.get(room) ?? 0) + 1)
    // Who may not enter sees nobody.
    room.presence.enter().catch(() => {})
    return () => {
      const left = lookers.get(room)! - 1
      lookers.set(room, left)
      if (left === 0) room.presence.leave().catch(() => {})
    }
  }, [room, isHere])
  return useLive(
    () => room?.presence.people ?? [],
    (changed) => room?.presence.on('change', changed) ?? (() => {}),
    [room],
  )
}
