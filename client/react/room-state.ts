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

/** The state of a room, which all components that show the room share. */
class RoomStore extends Store<RoomState> {
  readonly #talk: Talk

  constructor(talk: Talk) {
    super(stateOf(talk))
    this.#talk = talk
    for (const name of ['updated', 'memberJoined', 'memberLeft', 'removed'] as const) talk.on(name, this.look)
  }

  /** Reads the state again, and reports a change. */
  readonly look = (): void => {
    const next = stateOf(this.#talk)
    const before = this.get()
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof RoomState])) this.set(next)
  }
}

export const roomStateOf = oneFor((talk: Talk) => new RoomStore(talk))
