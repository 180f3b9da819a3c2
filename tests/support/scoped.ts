import { onTestFinished } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import type { Scope } from '../../src/protocol/scopes.ts'

/** Opens a connection that has synced, of a user whose token has this scope, or no scope. */
export async function onlineAs(chat: Runtime, userId: string, scope?: Scope): Promise<RawClient> {
  const token = await chat.token(userId, scope === undefined ? {} : { scope: `tabletalk:${scope}` })
  const client = await RawClient.open(chat.wsUrl, token)
  onTestFinished(() => client.close())
  await client.request({ action: 'sync' })
  return client
}

/** Returns the code of the error, or `ok` for a reply. */
export async function outcomeOf(client: RawClient, frame: Record<string, unknown>): Promise<string> {
  const answer = await client.ask(frame)
  return answer.type === 'error' ? answer.error.code : 'ok'
}
