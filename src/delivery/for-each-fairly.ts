/**
 * Runs `work` over the items of all queues, at most `limit` at once, and waits for all of them. An item may be in
 * several queues; it is processed once, for the first queue whose turn it is. Rejects with the first rejection of
 * `work`, after everything else has ended.
 *
 * A free place goes to the queue with the fewest items in work; equal queues take turns. So each of n ≤ `limit` queues
 * keeps at least ⌊`limit` / n⌋ places while it has items waiting, however long the items of the others take. If there
 * are more queues than places, the first `limit` queues get one place each, and the next free place goes to a queue
 * that has none.
 */
export async function forEachFairly<T>(
  queues: Iterable<readonly T[]>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = Array.from(queues, (items) => ({ items: items.values(), inWork: 0 }))
  const taken = new Set<T>()

  const takeNext = () => {
    while (waiting.length > 0) {
      const turn = indexOfLeast(waiting)
      const [queue] = waiting.splice(turn, 1) as [(typeof waiting)[number]]
      for (const item of queue.items) {
        if (taken.has(item)) continue
        taken.add(item)
        waiting.push(queue)
        return { queue, item }
      }
    }
    return undefined
  }

  const worker = async () => {
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      next.queue.inWork++
      try {
        await work(next.item)
      } finally {
        next.queue.inWork--
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function indexOfLeast(queues: readonly { inWork: number }[]): number {
  let least = 0
  for (let i = 1; i < queues.length && queues[least]!.inWork > 0; i++) {
    if (queues[i]!.inWork < queues[least]!.inWork) least = i
  }
  return least
}
