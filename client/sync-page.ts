import type { Reply } from '../src/protocol/actions.ts'
import { waitAfter } from './backoff.ts'
import { sleep } from './clock.ts'
import { ChatError, type ChatErrorCode } from './errors.ts'
import type { Link } from './link.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** The server, its table or the gateway has too much to do. */
const overload = new Set<ChatErrorCode>(['unavailable', 'rate_limited', 'gateway'])

/**
 * Requests a page of `sync` on a link, again and again with backoff while the server is overloaded: what the pages
 * before have subscribed stays. Another connection would have to subscribe everything anew, which keeps the server
 * overloaded when many clients come back at once.
 *
 * @throws ChatError when the link has ended, or an error that is no overload
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
