import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/** Returns an item's whole key as one string. The order of the attributes makes no difference. */
export function itemKey(keys: Record<string, AttributeValue>): string {
  return JSON.stringify(
    Object.entries(keys)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { S, N, B }]) => [name, S ?? N ?? (B && Buffer.from(B).toString('base64'))]),
  )
}
