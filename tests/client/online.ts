import { onTestFinished } from 'vitest'
import { ChatClient, type ChatClientOptions } from '../../client/node.ts'
import type { Runtime } from '../../local/runtime.ts'

/**
 * Creates an SDK client of the local runtime for that user. It has not connected yet, and ends with the test.
 *
 * @param Client the class of another version of the SDK
 */
export function clientOf(
  chat: Runtime,
  userId: string,
  options: Partial<ChatClientOptions> = {},
  Client = ChatClient,
): ChatClient {
  const client = new Client({
    url: chat.wsUrl,
    getToken: () => chat.token(userId),
    // Short, so that a test needn't wait long.
    backoff: { minMs: 1, maxMs: 20 },
    // Long, so that a busy machine doesn't reach these limits. Everything else is the default.
    connectTimeoutMs: 120_000,
    requestTimeoutMs: 120_000,
    ...options,
  })
  onTestFinished(() => client.disconnect())
  return client
}
