import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { itemKey } from './item-key.ts'

/**
 * The deletions that the TTL sweeper made and the stream has not shown yet: what lets the event source mapping mark
 * their REMOVE records as the service's, as DynamoDB does. In memory: a restart between deletion and record loses the mark.
 */
export class TtlDeletions {
  readonly #expected = new Map<string, number>()

  /** The next REMOVE record of this item is the service's. */
  expect(keys: Record<string, AttributeValue>): void {
    const key = itemKey(keys)
    this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1)
  }

  /** Whether this REMOVE record was expected; asked once for each record. Also withdraws an expectation. */
  take(keys: Record<string, AttributeValue>): boolean {
    const key = itemKey(keys)
    const count = this.#expected.get(key)
    if (count === undefined) return false
    if (count === 1) this.#expected.delete(key)
    else this.#expected.set(key, count - 1)
    return true
  }
}
