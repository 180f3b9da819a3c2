import type { PostFrame } from '../../src/delivery/posting/post-frame.ts'

/** What became of posts, which the stream function doesn't fail for: an endpoint that is wrong would go unnoticed. */
export class Posts {
  /** By connection, the last answer: a post may have been repeated. */
  readonly #last = new Map<string, string>()

  watch(post: PostFrame): PostFrame {
    return async (connectionId, frame, timeoutMs) => {
      try {
        await post(connectionId, frame, timeoutMs)
        this.#last.set(connectionId, 'delivered')
      } catch (error) {
        this.#last.set(connectionId, answerIn(error))
        throw error
      }
    }
  }

  /** Connections by what they were last answered with, as `delivered`, `410` or `TimeoutError`. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const answer of this.#last.values()) counts.set(answer, (counts.get(answer) ?? 0) + 1)
    return counts
  }

  /** Connections that are still there, as far as one knows, and didn't get what they should. */
  undelivered(): number {
    return [...this.#last.values()].filter((answer) => answer !== 'delivered' && answer !== '410').length
  }
}

function answerIn(error: unknown): string {
  const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string }
  return String($metadata?.httpStatusCode ?? name)
}
