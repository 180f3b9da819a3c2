/**
 * Runs `work` over the items of all lanes, at most `limit` at once, and waits for all. An item may stand in several lanes;
 * it is worked once, for the lane whose turn comes first. The first rejection rejects, after all have ended.
 *
 * A free place goes to the lane that has the fewest items in work, in turns where they are equal. So of n ≤ `limit` lanes
 * each keeps at least ⌊`limit` / n⌋ places while it has items waiting, however long the others' items take: a lane never
 * waits for another's work. Of more lanes than that, the first `limit` hold a place each, and the next free place goes to
 * one that has none.
 */
export async function forEachFairly<T>(
  lanes: Iterable<readonly T[]>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = Array.from(lanes, (items) => ({ items: items.values(), inWork: 0 }))
  const taken = new Set<T>()

  const takeNext = () => {
    while (waiting.length > 0) {
      const turn = indexOfLeast(waiting)
      const [lane] = waiting.splice(turn, 1) as [(typeof waiting)[number]]
      for (const item of lane.items) {
        if (taken.has(item)) continue
        taken.add(item)
        waiting.push(lane)
        return { lane, item }
      }
    }
    return undefined
  }

  const worker = async () => {
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      next.lane.inWork++
      try {
        await work(next.item)
      } finally {
        next.lane.inWork--
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function indexOfLeast(lanes: readonly { inWork: number }[]): number {
  let least = 0
  for (let i = 1; i < lanes.length && lanes[least]!.inWork > 0; i++) {
    if (lanes[i]!.inWork < lanes[least]!.inWork) least = i
  }
  return least
}
