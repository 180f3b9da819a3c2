import type { Room } from '../index.ts'
import { all, useLive } from './use-live.ts'

/**
 * What this user may do in a room; the component is rendered again when that changes.
 *
 * @example
 * const can = usePermissions(room)
 * return can('deleteOwn', message) && <button>Delete</button>
 */
export function usePermissions(room: Room): Room['can'] {
  return useLive(
    () => room.can.bind(room),
    (changed) => all(room.on('updated', changed), room.on('memberUpdated', changed), room.on('roomUpdated', changed)),
    [room],
  )
}
