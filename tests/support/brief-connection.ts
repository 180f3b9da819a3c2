import { onTestFinished } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'

/**
 * A connection that has synced, and whose token ends within seconds: as few as let this machine, however busy, get so
 * far in time.
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

/** Asks until the answer is no longer a reply. */
export async function untilRefused(client: RawClient) {
  for (;;) {
    const answer = await client.ask({ action: 'ping' })
    if (answer.type !== 'reply') return answer
  }
}
