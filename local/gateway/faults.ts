/** One POST to `@connections`, before it is handled. */
export interface Post {
  connectionId: string
  body: Buffer
  /** How many posts to this id there have been since the hook was set, including this one: the first is 1. */
  attempt: number
}

/**
 * What goes wrong with a post. With `{}` it succeeds.
 *
 * @example { status: 410, errorType: null } // gone, without the header that names the error
 * @example { status: 500, deliver: true } // the client gets the message, the caller a failure
 */
export interface PostFault {
  /** Milliseconds to wait first. The post continues afterwards, even if the caller has disconnected. */
  delayMs?: number
  /** Respond with this HTTP status instead of delivering. */
  status?: number
  /** The `x-amzn-ErrorType` header. Default: the one for `status`. `null` leaves it out. */
  errorType?: string | null
  /** With `status`: deliver anyway. */
  deliver?: boolean
}

type PostHook = (post: Post) => PostFault | undefined | void | Promise<PostFault | undefined | void>

/** The faults of the gateway, for tests. */
export class GatewayFaults {
  /**
   * Called before every upgrade. Returns the HTTP status to refuse it with, or undefined. A throttled `$connect` is
   * refused with 429, before any function runs.
   */
  onUpgrade: (() => number | undefined) | undefined
  /**
   * Called before every frame. `throttled`: its sender receives API Gateway's own error frame. `flooding`: the client
   * has sent too many frames, and its connection is closed with 1008.
   */
  onFrame: ((connectionId: string) => 'throttled' | 'flooding' | undefined) | undefined
  #onPost: PostHook | undefined
  readonly #attempts = new Map<string, number>()

  /** Called before every post. `undefined` switches it off. */
  set onPost(hook: PostHook | undefined) {
    this.#onPost = hook
    this.#attempts.clear()
  }

  get onPost(): PostHook | undefined {
    return this.#onPost
  }

  /** Counts this post and returns its fault. */
  async next(connectionId: string, body: Buffer): Promise<PostFault> {
    if (!this.#onPost) return {}
    const attempt = (this.#attempts.get(connectionId) ?? 0) + 1
    this.#attempts.set(connectionId, attempt)
    return (await this.#onPost({ connectionId, body, attempt })) ?? {}
  }
}
