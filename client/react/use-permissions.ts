import type { Room } from '../index.ts'
import { roomOf, type Talk } from './talk.ts'
import { all, useLive } from './use-live.ts'

/**
 * Returns `room.can`, which tells what this user may do in a room. The component is rendered again when that changes.
 *
 * @example
 * const can = usePermissions(room)
 * return can('deleteOwn', message) && <button>Delete</button>
 */
export function usePermissions(talk: Talk): Room['can'] {
  return useLive(
    () => (name, subject) => roomOf(talk)?.can(name, subject) ?? false,
    (changed) => all(talk.on('updated', changed), talk.on('memberUpdated', changed), talk.on('roomUpdated', changed)),
    [talk],
  )
}
