/**
 * Metadata as it is stored: the same for the same metadata, in whatever order its keys came, so that a retry by a
 * client whose JSON has another order is a retry.
 */
export const metadataText = (metadata: Record<string, unknown> | undefined): string | undefined =>
  metadata && JSON.stringify(metadata, (_, value: unknown) => (isObject(value) ? sorted(value) : value))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** From entries, so that a key `__proto__` stays one. */
const sorted = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
