import type { Room } from '../../../client/index.ts'
import { Store } from './store.ts'

/** The `seq` up to which each of the others has read, by user. */
export type Readers = ReadonlyMap<string, number>

/** How far the others have read in a small room, as far as they let it be known. */
export class Receipts extends Store<Readers> {
  readonly #room: () => Room | undefined
  readonly #userId: string

  /** @param userId of the user at this page, who is left out */
  constructor(on: Room['on'], room: () => Room | undefined, userId: string) {
    super(new Map())
    this.#room = room
    this.#userId = userId
    on('receipts', (receipts) => this.#take(receipts))
    on('memberLeft', (left) => {
      const others = new Map(this.get())
      if (others.delete(left.userId)) this.set(others)
    })
  }

  /** Asks how far they are now. In a large room nobody is told, and nothing is shown. */
  async load(): Promise<void> {
    const room = this.#room()
    if (room) this.#take(await room.receipts())
  }

  /** Nobody un-reads a message: of two events that come in either order, the greater one holds. */
  #take(receipts: Readonly<Record<string, number>>): void {
    const readers = new Map(this.get())
    for (const [userId, seq] of Object.entries(receipts)) {
      if (userId !== this.#userId) readers.set(userId, Math.max(seq, readers.get(userId) ?? 0))
    }
    this.set(readers)
  }
}

/** Who has read up to a message. */
export const readersOf = (readers: Readers, seq: number): string[] =>
  [...readers].flatMap(([userId, readTo]) => (readTo >= seq ? [userId] : []))
