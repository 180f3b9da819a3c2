import { raiseHeadRev } from '../entities/chat-room.ts'
import { changesAfter, clearPending, getPending } from '../entities/change.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import type { ChangesSkippedEvent } from '../protocol/events.ts'
import { keptSinceOf } from '../rooms/kept.ts'
import { eventOf, isKept, statesOf } from './change-events.ts'

/** More are not told: a client asks for them when its user looks at the room. */
const MAX_RIDING = 100
const MAX_RIDING_BYTES = 16_384

/**
 * What a huge room is still to be told, for whoever tells it something anyway: so a storm of reactions in a room of
 * 100,000 adds no post. It counts as told from then on; a client that misses it sees the hole among the numbers.
 * AP80, AP90, AP91, AP121, and what `statesOf` reads.
 */
export async function takePending(chatRoomId: string): Promise<(ChangeEvent | ChangesSkippedEvent)[]> {
  const pending = await getPending(chatRoomId)
  if (pending === undefined) return []
  const { first, last } = pending
  // Whoever noted the last may have crashed before it said so on the room. No position may pass the room’s head.
  const room = await raiseHeadRev(chatRoomId, last)
  const count = last - first + 1
  // Who joined after a message was said must not receive it now; `getChanges` knows who did.
  const riding =
    count > MAX_RIDING || room.historyFrom === 'j'
      ? []
      : await eventsBetween(chatRoomId, { after: first - 1, head: last })
  await clearPending(chatRoomId, pending)
  const keptSince = keptSinceOf(room, Date.now())
  const isShown = riding.every((event) => isKept(event, keptSince))
  const fits = isShown && riding.length === count && Buffer.byteLength(JSON.stringify(riding)) <= MAX_RIDING_BYTES
  return fits ? riding : [{ event: 'changesSkipped', chatRoomId, rev: last }]
}

async function eventsBetween(
  chatRoomId: string,
  { after, head }: { after: number; head: number },
): Promise<ChangeEvent[]> {
  const entries = await changesAfter(chatRoomId, { after, head, limit: head - after })
  const states = await statesOf(chatRoomId, entries)
  return entries.flatMap((entry) => eventOf(entry, states) ?? [])
}
