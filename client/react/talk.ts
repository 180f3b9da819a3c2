import type { DirectRoom, Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** A room, or the direct conversation with one user, which has a room from its first message on. */
export type Talk = Room | DirectRoom

/** Returns the room, or undefined for a direct conversation that has none yet. */
export const roomOf = (talk: Talk): Room | undefined => ('room' in talk ? talk.room : talk)

/**
 * Returns a store of the room, which has undefined while this user is not a member. Until they are, the server refuses
 * all requests about the room.
 */
export const joinedRoomOf = oneFor((talk: Talk) => {
  const joined = () => (roomOf(talk)?.joined ? roomOf(talk) : undefined)
  const room = new Store(joined())
  talk.on('updated', () => room.set(joined()))
  return room
})

/** Returns the room of a talk, or undefined while this user is not a member. */
export const useJoinedRoom = (talk: Talk): Room | undefined => useStore(joinedRoomOf(talk))
