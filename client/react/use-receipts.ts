import { useEffect, useState } from 'react'
import type { Room } from '../index.ts'
import { useClient } from './chat-provider.ts'

/** The later of two marks of each user. */
const later = (a: Record<string, number>, b: Record<string, number>): Record<string, number> => {
  const both = { ...a }
  for (const [userId, seq] of Object.entries(b)) both[userId] = Math.max(seq, a[userId] ?? 0)
  return both
}

/**
 * How far the members of a room have read, by user: the `seq` of the last message. Empty in a room of more than 100
 * members, where the server doesn't tell.
 */
export function useReceipts(room: Room): Readonly<Record<string, number>> {
  const client = useClient()
  const [known, setKnown] = useState<{ room: Room; read: Record<string, number> }>({ room, read: {} })
  useEffect(() => {
    let isOver = false
    const learn = (receipts: Record<string, number>) =>
      setKnown((now) => ({ room, read: later(now.room === room ? now.read : {}, receipts) }))
    const stop = room.on('receipts', learn)
    client
      .ready()
      .then(() => room.receipts())
      .then((receipts) => {
        if (!isOver) learn(receipts)
      })
      // Too many members, or this user is not in the room: nothing is shown.
      .catch(() => {})
    return () => {
      isOver = true
      stop()
    }
  }, [client, room])
  return known.room === room ? known.read : {}
}
