import type { Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { roomOf, type Talk } from './talk.ts'

/** The facts that a client knows about a room. */
export interface RoomState extends Pick<Room, 'name' | 'details' | 'access' | 'role' | 'mutedUntil'> {
  /** Whether this user is a member, as far as the client knows. */
  joined: boolean
  closed: boolean
}

type Known = RoomState & { room: Room | undefined }

function stateOf(talk: Talk): Known {
  const room = roomOf(talk)
  const { name, details, access, role, mutedUntil, joined = false, closed = false } = room ?? ({} as Partial<Room>)
  return { room, name, details, access, role, mutedUntil, joined, closed }
}

/** What the components that show a room share. */
export const roomStateOf = oneFor((talk: Talk) => {
  const store = new Store(stateOf(talk))
  talk.on('updated', () => {
    const next = stateOf(talk)
    const before = store.get()
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof Known])) store.set(next)
  })
  return store
})
