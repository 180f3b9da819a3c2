import type { Room } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { roomOf, type Talk } from './talk.ts'

/** What a client knows of a room. */
export interface RoomState extends Pick<Room, 'name' | 'details' | 'access' | 'role' | 'mutedUntil'> {
  /** Whether this user is in it, as far as the client knows. */
  joined: boolean
  closed: boolean
}

function stateOf(talk: Talk): RoomState {
  const {
    name,
    details,
    access,
    role,
    mutedUntil,
    joined = false,
    closed = false,
  } = roomOf(talk) ?? ({} as Partial<Room>)
  return { name, details, access, role, mutedUntil, joined, closed }
}

/** What the components that show a room share. */
class RoomStore extends Store<RoomState> {
  readonly #talk: Talk

  constructor(talk: Talk) {
    super(stateOf(talk))
    this.#talk = talk
    for (const name of ['updated', 'memberJoined', 'memberLeft', 'removed'] as const) talk.on(name, this.look)
  }

  /** Shows what is known now. */
  readonly look = (): void => {
    const next = stateOf(this.#talk)
    const before = this.get()
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof RoomState])) this.set(next)
  }
}

export const roomStateOf = oneFor((talk: Talk) => new RoomStore(talk))
