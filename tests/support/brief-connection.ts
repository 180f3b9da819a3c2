import { onTestFinished } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'

/**
 * Opens a connection that has synced, and whose token expires within seconds. The lifetime is as short as this machine,
 * however busy, can manage.
 */
export async function connectBriefly(chat: Runtime, userId: string): Promise<RawClient> {
  for (let expiresInSeconds = 2; ; expiresInSeconds *= 2) {
    const token = await chat.token(userId, { expiresInSeconds })
    const client = await RawClient.open(chat.wsUrl, token).catch(() => undefined)
    if (client === undefined) continue
    onTestFinished(() => client.close())
    if ((await client.ask({ action: 'sync' })).type === 'reply') return client
  }
}

/** Sends pings until one is refused, and returns that answer. */
export async function untilRefused(client: RawClient) {
  for (;;) {
    const answer = await client.ask({ action: 'ping' })
    if (answer.type !== 'reply') return answer
  }
}
