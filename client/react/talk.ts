import type { DirectRoom, Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** Where something is said: a room, or the conversation with one user, which has a room from its first message on. */
export type Talk = Room | DirectRoom

/** The room of a talk; `undefined` while there is none. */
export const roomOf = (talk: Talk): Room | undefined => ('room' in talk ? talk.room : talk)

const rooms = oneFor((talk: Talk) => {
  const room = new Store(roomOf(talk))
  if ('room' in talk)
    for (const name of ['message', 'outgoing', 'updated'] as const) talk.on(name, () => room.set(talk.room))
  return room
})

/** The room of a talk, also when it gets one later. */
export const useRoomOf = (talk: Talk): Room | undefined => useStore(rooms(talk))
