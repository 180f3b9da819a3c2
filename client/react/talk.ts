import type { DirectRoom, Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** A room, or the direct conversation with one user, which has a room from its first message on. */
export type Talk = Room | DirectRoom

/** Returns the room, or undefined for a direct conversation that has none yet. */
export const roomOf = (talk: Talk): Room | undefined => ('room' in talk ? talk.room : talk)

/** The same, and only while this user is in it: before, whatever is asked about it is refused. */
export const joinedRoomOf = oneFor((talk: Talk) => {
  const joined = () => (roomOf(talk)?.joined ? roomOf(talk) : undefined)
  const room = new Store(joined())
  talk.on('updated', () => room.set(joined()))
  return room
})

/** The room of a talk, while this user is in it. */
export const useJoinedRoom = (talk: Talk): Room | undefined => useStore(joinedRoomOf(talk))
