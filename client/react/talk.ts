import type { DirectRoom, Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** A room, or the direct conversation with one user, which has a room from its first message on. */
export type Talk = Room | DirectRoom

/** Returns the room, or undefined for a direct conversation that has none yet. */
export const roomOf = (talk: Talk): Room | undefined => ('room' in talk ? talk.room : talk)

const rooms = oneFor((talk: Talk) => {
  const room = new Store(roomOf(talk))
  if ('room' in talk)
    for (const name of ['message', 'outgoing', 'updated'] as const) talk.on(name, () => room.set(talk.room))
  return room
})

/** Returns the room, and renders the component again when a direct conversation gets its room. */
export const useRoomOf = (talk: Talk): Room | undefined => useStore(rooms(talk))
