import type { Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** A note that somebody joined, left, added this user to the room, or could not be added, while this page was open. */
export interface Note {
  id: string
  userId: string
  what: 'joined' | 'left' | 'added you' | 'blocked' | 'banned'
  timestamp: number
}

const MAX_NOTES = 50

/** The notes about users who joined or left a room. */
export class Notes extends Store<readonly Note[]> {
  #count = 0

  constructor(on: Room['on']) {
    super([])
    on('memberJoined', ({ userId, timestamp }) => this.add({ userId, timestamp, what: 'joined' }))
    on('memberLeft', ({ userId, timestamp }) => this.add({ userId, timestamp, what: 'left' }))
    // The list of messages starts again, so the notes do too.
    for (const name of ['discontinuity', 'stale'] as const) on(name, () => this.set([]))
  }

  add(note: Omit<Note, 'id'>): void {
    this.set([...this.get(), { id: `note-${++this.#count}`, ...note }].slice(-MAX_NOTES))
  }
}
