import type { Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** Somebody joined, left, or put this user into the room while this page was open. */
export interface Note {
  id: string
  userId: string
  what: 'joined' | 'left' | 'added you'
  timestamp: number
}

const MAX_NOTES = 50

/** Who came and went in a room. */
export class Notes extends Store<readonly Note[]> {
  #count = 0

  constructor(on: Room['on']) {
    super([])
    on('memberJoined', ({ userId, timestamp }) => this.add({ userId, timestamp, what: 'joined' }))
    on('memberLeft', ({ userId, timestamp }) => this.add({ userId, timestamp, what: 'left' }))
    // The messages begin anew.
    for (const name of ['discontinuity', 'stale'] as const) on(name, () => this.set([]))
  }

  add(note: Omit<Note, 'id'>): void {
    this.set([...this.get(), { id: `note-${++this.#count}`, ...note }].slice(-MAX_NOTES))
  }
}
