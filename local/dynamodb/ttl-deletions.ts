import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { itemKey } from './item-key.ts'

const MAX_TAKEN = 10_000

/**
 * The deletions of the TTL sweeper that have not appeared in the stream yet. The event source mapping marks their
 * REMOVE records as deleted by the service, as DynamoDB does. They are in memory: a restart between a deletion and its
 * record loses the mark.
 */
export class TtlDeletions {
  readonly #expected = new Map<string, number>()
  /** The latest records that were expected. The stream has several readers, which are at most seconds apart. */
  readonly #taken = new Set<string>()

  /** Marks the next REMOVE record of this item as deleted by the service. */
  expect(keys: Record<string, AttributeValue>): void {
    const key = itemKey(keys)
    this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1)
  }

  /** Whether this REMOVE record was expected. Every reader of the stream gets the same result. */
  isOne(keys: Record<string, AttributeValue>, eventId: string): boolean {
    if (this.#taken.has(eventId)) return true
    if (!this.take(keys)) return false
    this.#taken.add(eventId)
    const [oldest] = this.#taken
    if (oldest !== undefined && this.#taken.size > MAX_TAKEN) this.#taken.delete(oldest)
    return true
  }

  /** Removes an expectation. Returns whether there was one. */
  take(keys: Record<string, AttributeValue>): boolean {
    const key = itemKey(keys)
    const count = this.#expected.get(key)
    if (count === undefined) return false
    if (count === 1) this.#expected.delete(key)
    else this.#expected.set(key, count - 1)
    return true
  }
}
