import { useEffect } from 'react'
import type { Person, Room } from '../index.ts'
import { type Talk, useJoinedRoom } from './talk.ts'
import { useLive } from './use-live.ts'

/** How many components show this user as present in a room. */
const lookers = new WeakMap<Room, number>()

/**
 * Returns the users who are looking at a room. Shows this user as one of them while a component with this hook is
 * mounted. Empty with a server without the feature `presence`, and in rooms where presence is off.
 *
 * @param isHere false while this user shall not be shown, such as in a hidden tab: then the list isn't kept up to date
 *
 * @example
 * const people = usePresence(room, document.visibilityState === 'visible')
 */
export function usePresence(talk: Talk, isHere = true): readonly Person[] {
  const room = useJoinedRoom(talk)
  useEffect(() => {
    if (!isHere || !room) return
    lookers.set(room, (lookers.get(room) ?? 0) + 1)
    // A user who may not enter sees an empty list.
    const enter = () => void room.presence.enter().catch(() => {})
    enter()
    // This user may have been removed and added between two renderings.
    const stop = room.on('stale', enter)
    return () => {
      stop()
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
