import type { PostFrame } from '../../src/delivery/posting/post-frame.ts'

/**
 * Records the outcomes of posts. The stream function does not fail if a post does, so a wrong endpoint would go
 * unnoticed.
 */
export class Posts {
  /** The last outcome for each connection, because a post may have been retried. */
  readonly #last = new Map<string, string>()

  watch(post: PostFrame): PostFrame {
    return async (connectionId, frame, timeoutMs) => {
      try {
        await post(connectionId, frame, timeoutMs)
        this.#last.set(connectionId, 'delivered')
      } catch (error) {
        this.#last.set(connectionId, outcomeOf(error))
        throw error
      }
    }
  }

  /**
   * Returns the number of connections for each last outcome: `delivered`, an HTTP status such as `410`, or an error's
   * name.
   */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const outcome of this.#last.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    return counts
  }

  /** Returns how many connections did not receive their frame, except those that are known to be gone. */
  undelivered(): number {
    return [...this.#last.values()].filter((outcome) => outcome !== 'delivered' && outcome !== '410').length
  }
}

function outcomeOf(error: unknown): string {
  const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string }
  return String($metadata?.httpStatusCode ?? name)
}
