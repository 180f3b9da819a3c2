import type { Reply } from '../src/protocol/actions.ts'
import { waitAfter } from './backoff.ts'
import { sleep } from './clock.ts'
import { ChatError, type ChatErrorCode } from './errors.ts'
import type { Link } from './link.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** The codes that mean that the server, its table or the gateway is overloaded. */
const overload = new Set<ChatErrorCode>(['unavailable', 'rate_limited', 'gateway'])

/**
 * Requests one page of `sync` on a link. While the server is overloaded, repeats the request with backoff on the same
 * link, which keeps the subscriptions of the earlier pages. A new connection would have to subscribe to all rooms
 * again, and many clients that do so at once would keep the server overloaded.
 *
 * @throws ChatError the link's error when the link has ended, or an error of the server that is no overload
 */
export async function syncPage(
  link: Link,
  frame: RequestFrame<'sync'>,
  options: Pick<ResolvedOptions, 'backoff' | 'random' | 'clock'>,
): Promise<Reply<'sync'>> {
  for (let refusals = 0; ; refusals++) {
    try {
      return await link.request(frame)
    } catch (error) {
      if (!(error instanceof ChatError) || !overload.has(error.code)) throw error
      await sleep(options.clock, waitAfter(error, refusals, options), link.ended)
    }
  }
}
