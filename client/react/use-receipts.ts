import { useEffect } from 'react'
import type { ChatClient, Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'
import { type Talk, useJoinedRoom } from './talk.ts'

type Read = Readonly<Record<string, number>>

/** The receipts of a room, which all components that show them share. */
class Receipts extends Store<Read> {
  readonly #room: Room
  #lookers = 0
  #isAsking = false

  constructor(room: Room) {
    super({})
    this.#room = room
    room.on('receipts', (receipts) => this.#take(receipts))
    room.on('stale', () => {
      // The receipts may be of users who have left meanwhile.
      this.set({})
      if (this.#lookers > 0) this.#ask()
    })
    room.on('memberLeft', ({ userId }) => {
      const { [userId]: left, ...others } = this.get()
      if (left !== undefined) this.set(others)
    })
  }

  /** Requests the receipts for the first component, and after each reconnect: events only report what happens later. */
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
      // The room has too many members, or this user is not a member: no receipts are shown.
      .catch(() => {})
      .finally(() => (this.#isAsking = false))
  }

  /** Takes over receipts. They may arrive in any order; the greater number is right. */
  #take(receipts: Read): void {
    const read: Record<string, number> = { ...this.get() }
    for (const [userId, seq] of Object.entries(receipts)) read[userId] = Math.max(seq, read[userId] ?? 0)
    this.set(read)
  }
}

const receiptsOf = oneFor((room: Room) => new Receipts(room))

const NOBODY = new Store<Read>({})

/**
 * Returns how far the members of a room have read: for each user id, the `seq` of the last message that they have read.
 * Empty in a room of more than 100 members, for which the server has no receipts. They are requested once for all
 * components.
 *
 * @example
 * const receipts = useReceipts(room)
 * const readers = Object.keys(receipts).filter((userId) => receipts[userId]! >= message.seq)
 */
export function useReceipts(talk: Talk): Read {
  const client = useClient()
  const room = useJoinedRoom(talk)
  useEffect(() => (room ? receiptsOf(room).look(client) : undefined), [client, room])
  return useStore(room ? receiptsOf(room) : NOBODY)
}
