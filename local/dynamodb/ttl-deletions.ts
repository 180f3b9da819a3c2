import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { itemKey } from './item-key.ts'

/**
 * The deletions of the TTL sweeper that have not appeared in the stream yet. With them the event source mapping marks
 * their REMOVE records as the service's, like DynamoDB. In memory: a restart between deletion and record loses the
 * mark.
 */
export class TtlDeletions {
  readonly #expected = new Map<string, number>()

  /** Marks the next REMOVE record of this item as the service's. */
  expect(keys: Record<string, AttributeValue>): void {
    const key = itemKey(keys)
    this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1)
  }

  /** Whether this REMOVE record was expected. Removes the expectation, so call it once for each record. */
  take(keys: Record<string, AttributeValue>): boolean {
    const key = itemKey(keys)
    const count = this.#expected.get(key)
    if (count === undefined) return false
    if (count === 1) this.#expected.delete(key)
    else this.#expected.set(key, count - 1)
    return true
  }
}
