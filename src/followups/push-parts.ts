import type { Woken } from './whom-to-wake.ts'

/** Limits of one event, so that it stays below EventBridge's 256 KB whatever the ids are. */
const MAX_USERS = 500
const MAX_BYTES = 120_000

/**
 * Splits the users into parts by reason and place. If the list is made again and some users have read the message
 * since, all others are in the same parts as before. So a consumer that drops repeated ids misses nobody.
 */
export function partsOf(woken: readonly Woken[]): Map<string, Woken[]> {
  const parts = new Map<string, Woken[]>()
  for (const one of woken) {
    const name = `${one.reason}${Math.floor(one.place / MAX_USERS)}`
    parts.set(name, [...(parts.get(name) ?? []), one])
  }
  return new Map([...parts].flatMap(([name, some]) => halved(name, some)))
}

const halved = (name: string, some: Woken[]): [string, Woken[]][] => {
  if (Buffer.byteLength(JSON.stringify(some.map(({ userId }) => userId))) <= MAX_BYTES) return [[name, some]]
  const half = Math.ceil(some.length / 2)
  return [...halved(`${name}a`, some.slice(0, half)), ...halved(`${name}b`, some.slice(half))]
}
