import { useEffect } from 'react'
import type { ChatClient, Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'
import { type Talk, useRoomOf } from './talk.ts'

type Read = Readonly<Record<string, number>>

/** What the components that show the receipts of a room share. */
class Receipts extends Store<Read> {
  readonly #room: Room
  #lookers = 0
  #isAsking = false

  constructor(room: Room) {
    super({})
    this.#room = room
    room.on('receipts', (receipts) => this.#take(receipts))
    room.on('memberLeft', ({ userId }) => {
      const { [userId]: left, ...others } = this.get()
      if (left !== undefined) this.set(others)
    })
  }

  /** Asks when the first component looks, and after each absence: only what happens here is told. */
  look(client: ChatClient): () => void {
    if (this.#lookers++ === 0 && client.status === 'connected') this.#ask()
    const stop = client.on('status', ({ status }) => {
      if (status === 'connected') this.#ask()
    })
    return () => {
      this.#lookers--
      stop()
    }
  }

  #ask(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    this.#room
      .receipts()
      .then((receipts) => this.#take(receipts))
      // Too many members, or this user is not in the room: nothing is shown.
      .catch(() => {})
      .finally(() => (this.#isAsking = false))
  }

  /** Nobody un-reads a message: of two numbers that come in either order, the greater one holds. */
  #take(receipts: Read): void {
    const read: Record<string, number> = { ...this.get() }
    for (const [userId, seq] of Object.entries(receipts)) read[userId] = Math.max(seq, read[userId] ?? 0)
    this.set(read)
  }
}

const receiptsOf = oneFor((room: Room) => new Receipts(room))

const NOBODY = new Store<Read>({})

/**
 * How far the members of a room have read, by user: the `seq` of the last message. Empty in a room of more than 100
 * members, where the server doesn't tell. However many components show it, it is asked for once.
 */
export function useReceipts(talk: Talk): Read {
  const client = useClient()
  const room = useRoomOf(talk)
  useEffect(() => (room ? receiptsOf(room).look(client) : undefined), [client, room])
  return useStore(room ? receiptsOf(room) : NOBODY)
}
