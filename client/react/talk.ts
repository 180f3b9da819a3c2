import type { DirectRoom, Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** A room, or the direct conversation with one user, which has a room from its first message on. */
export type Talk = Room | DirectRoom

/** Returns the room, or undefined for a direct conversation that has none yet. */
export const roomOf = (talk: Talk): Room | undefined => ('room' in talk ? talk.room : talk)

/** The same, kept up to date: a conversation may have had one for long before the client finds it. */
export const foundRoomOf = oneFor((talk: Talk) => {
  const room = new Store(roomOf(talk))
  talk.on('updated', () => room.set(roomOf(talk)))
  return room
})

/** The room of a talk, also when it gets one later. */
export const useRoomOf = (talk: Talk): Room | undefined => useStore(foundRoomOf(talk))
