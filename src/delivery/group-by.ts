/**
 * Groups items by a key, in the order in which each key first appears.
 *
 * Replaces `Map.groupBy`, which needs Node 21. Lambda runs Node 22, but developers and CI may run 20.19.
 */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
