import { raiseHeadRev } from '../entities/chat-room.ts'
import { changesAfter, clearPending, getPending } from '../entities/change.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import type { ChangesSkippedEvent } from '../protocol/events.ts'
import { keptSinceOf } from '../rooms/kept.ts'
import { eventOf, isKept, statesOf } from './change-events.ts'

/** More changes are not delivered. A client fetches them when its user opens the room. */
const MAX_RIDING = 100
const MAX_RIDING_BYTES = 16_384

/**
 * Returns the changes that a huge room has not received yet, so that they can be posted together with another event. So
 * a storm of reactions in a room of 100,000 adds no post. The changes count as delivered from then on. A client that
 * misses them notices the gap in the revs. AP80, AP90, AP91, AP121, and the patterns of `statesOf`.
 */
export async function takePending(chatRoomId: string): Promise<(ChangeEvent | ChangesSkippedEvent)[]> {
  const pending = await getPending(chatRoomId)
  if (pending === undefined) return []
  const { first, last } = pending
  // The last invocation may have crashed before it raised the room's head. No rev that clients get may exceed the head.
  const room = await raiseHeadRev(chatRoomId, last)
  const count = last - first + 1
  // Users who joined after a message must not receive its change. `getChanges` checks that for each user.
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
