/**
 * Returns metadata as it is stored. The order of its keys doesn't matter, so a retry counts as the same message even if
 * the client's JSON has another order.
 */
export const metadataText = (metadata: Record<string, unknown> | undefined): string | undefined =>
  metadata && JSON.stringify(metadata, (_, value: unknown) => (isObject(value) ? sorted(value) : value))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Returns an object with its keys sorted. `Object.fromEntries` keeps even a key `__proto__`. */
const sorted = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
