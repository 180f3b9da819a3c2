import { actions, type Reply } from '../../protocol/actions.ts'
import { route } from '../route.ts'

export const schema = actions.ping.request

/** Resets the idle timer. No table access. */
export async function handle(): Promise<Reply<'ping'>> {
  return { serverTime: Date.now() }
}

export const handler = route('ping', schema, handle)
