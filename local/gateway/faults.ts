/** One POST to `@connections`, before anything is done with it. */
export interface Post {
  connectionId: string
  body: Buffer
  /** How often this id has been posted to since the hook was set, this one included: the first is 1. */
  attempt: number
}

/**
 * What goes wrong with a post. `{}` is a post that goes well.
 *
 * @example { status: 410, errorType: null } // gone, without the header that names the error
 * @example { status: 500, deliver: true } // the client gets the message, the caller a failure
 */
export interface PostFault {
  /** Wait this long first, in ms. The post goes on afterwards even when the caller has hung up. */
  delayMs?: number
  /** Answer with this HTTP status instead of delivering. */
  status?: number
  /** The `x-amzn-ErrorType` header; by default the one that belongs to `status`. `null` leaves it out. */
  errorType?: string | null
  /** With `status`: deliver all the same. */
  deliver?: boolean
}

type PostHook = (post: Post) => PostFault | undefined | void | Promise<PostFault | undefined | void>

/** The faults of the gateway, for tests. */
export class GatewayFaults {
  #onPost: PostHook | undefined
  readonly #attempts = new Map<string, number>()

  /** Asked before every post; `undefined` switches it off. */
  set onPost(hook: PostHook | undefined) {
    this.#onPost = hook
    this.#attempts.clear()
  }

  get onPost(): PostHook | undefined {
    return this.#onPost
  }

  /** The fault for this post; counts it. */
  async next(connectionId: string, body: Buffer): Promise<PostFault> {
    if (!this.#onPost) return {}
    const attempt = (this.#attempts.get(connectionId) ?? 0) + 1
    this.#attempts.set(connectionId, attempt)
    return (await this.#onPost({ connectionId, body, attempt })) ?? {}
  }
}
