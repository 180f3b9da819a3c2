import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/** One string for an item's whole key, the same whatever the order of its attributes. */
export function itemKey(keys: Record<string, AttributeValue>): string {
  return JSON.stringify(
    Object.entries(keys)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { S, N, B }]) => [name, S ?? N ?? (B && Buffer.from(B).toString('base64'))]),
  )
}
