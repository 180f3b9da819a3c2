import { onTestFinished } from 'vitest'
import { ChatClient, type ChatClientOptions } from '../../client/node.ts'
import type { Runtime } from '../../local/runtime.ts'

/** An SDK client of the local runtime as that user; ended with the test. It has not connected yet. */
export function clientOf(chat: Runtime, userId: string, options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({
    url: chat.wsUrl,
    getToken: () => chat.token(userId),
    // Short, so that a test needn't wait; everything else is the default.
    backoff: { minMs: 1, maxMs: 20 },
    ...options,
  })
  onTestFinished(() => client.disconnect())
  return client
}
