import * as z from 'zod/mini'
import { countUse } from '../entities/rate-window.ts'
import { optional } from '../env.ts'
import { standingOfUser } from '../entities/user.ts'
import { Forbidden, InvalidRequest, UnknownAction } from '../errors.ts'
import { AsUserId, type ServerAction, serverOnly, serverSchemas } from '../protocol/server-api.ts'
import type { Caller } from '../ws/caller.ts'
import { parseFrame } from '../ws/parse-frame.ts'
import { perform } from '../ws/perform.ts'
import { rate } from '../ws/rate-limit.ts'
import { handlers } from './handlers.ts'
import type { Sender } from './sender-of.ts'

/** The rate limit of each backend, which replaces those of its users. */
const rateLimit = optional('SERVER_RATE_LIMIT', rate) ?? { uses: 200, seconds: 1 }

const Named = z.object({ asUserId: z.optional(AsUserId) })

/**
 * Performs one action for a backend.
 *
 * @param body the action's frame without `action`, and with an optional `asUserId`
 * @returns the `data` of the reply
 * @throws ChatError when the action fails, or the acting user is banned
 */
export async function act(name: string, body: Record<string, unknown>, sender: Sender): Promise<object> {
  if (!isServerAction(name)) throw new UnknownAction('unable to act; there is no such action at the server API')
  const { asUserId, ...fields } = body
  const named = parseFrame({ asUserId }, Named).asUserId
  if ('action' in fields) {
    throw new InvalidRequest('unable to act; the path names the action', [
      { path: 'action', problem: 'is not a field here' },
    ])
  }
  const caller = callerOf(sender, named)
  const now = Date.now()
  await countUse({ userId: sender.sub, rateClass: 'server', what: 'act' }, rateLimit, now)
  // Server-only actions stay allowed, so that a backend that was banned can unban itself.
  if (named !== undefined || !Object.hasOwn(serverOnly, name)) await requireLetIn(caller.userId, now)
  return perform(handlers[name], serverSchemas[name].request, { ...fields, action: name }, caller)
}

/** @throws Forbidden when the acting user is banned from the deployment */
async function requireLetIn(userId: string, now: number): Promise<void> {
  if ((await standingOfUser(userId, now)).blockedUntil === undefined) return
  throw new Forbidden('unable to act; the user is banned from this deployment')
}

const isServerAction = (name: string): name is ServerAction => Object.hasOwn(handlers, name)

const callerOf = ({ sub, scopes }: Sender, asUserId: string | undefined): Caller => ({
  userId: asUserId ?? sub,
  scopes,
  backend: { sub, actsAsUser: asUserId !== undefined },
})
