import { countUse, type RateLimit } from '../entities/rate-window.ts'
import { optional, type Shape } from '../env.ts'
import type { Action } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'

/**
 * What is counted together, and what it is called in the error's message. `direct` is a new direct room. A send is
 * counted where its guard has been read, so no action stands there; `ping` costs nothing but its frame.
 */
export const rateClasses = {
  send: { what: 'send', actions: [] },
  direct: { what: 'write to another user for the first time', actions: [] },
  room: { what: 'create another room', actions: ['createRoom'] },
  add: { what: 'add more members', actions: ['addMembers'] },
  join: { what: 'join or leave another room', actions: ['joinRoom', 'leaveRoom'] },
  upload: { what: 'upload another file', actions: ['handleFileUpload'] },
  change: {
    what: 'change more',
    actions: [
      ...['removeMember', 'setRole', 'createInvite', 'revokeInvite', 'blockUser', 'unblockUser'],
      ...['banMember', 'unbanMember', 'muteMember', 'closeRoom', 'reportMessage', 'updateRoom', 'pinMessage'],
      ...['unpinMessage', 'deleteRoom', 'editMessage', 'deleteMessage', 'followThread', 'setProfile'],
      ...['setNotifications'],
    ],
  },
  mark: { what: 'mark more as read', actions: ['markRead', 'markUnread'] },
  react: { what: 'react', actions: ['addReaction', 'removeReaction'] },
  typing: { what: 'show as typing', actions: ['typingIndicator'] },
  presence: { what: 'enter or leave', actions: ['enterPresence', 'leavePresence'] },
  search: { what: 'search', actions: ['searchMessages'] },
  sync: { what: 'sync', actions: ['sync'] },
  read: {
    what: 'read more',
    actions: [
      ...['getRoom', 'listRooms', 'getHistory', 'getFileUrl', 'listMembers', 'listInvites', 'listBans', 'listBlocked'],
      ...['listPublicRooms', 'getAudit', 'getMessages', 'getChanges', 'getUnread', 'getReceipts', 'getReactions'],
      ...['getThreads', 'getMentions', 'getUsers', 'getPresence', 'getOnline'],
    ],
  },
} as const satisfies Record<string, { what: string; actions: readonly Action[] }>

export type RateClass = keyof typeof rateClasses

/** A setting such as `20/10`. */
export const rate: Shape<RateLimit> = {
  expected: 'uses/seconds, such as 20/10',
  parse: (value) => {
    const [, uses, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value) ?? []
    return uses && seconds ? { uses: Number(uses), seconds: Number(seconds) } : undefined
  },
}

const rates: Shape<Map<RateClass, RateLimit>> = {
  expected: `a comma-separated list such as send=20/10,room=10/60, of ${Object.keys(rateClasses).join(', ')}`,
  parse: (value) => {
    const parsed = value.split(',').map((part) => {
      const [name = '', text = ''] = part.trim().split('=')
      return [name as RateClass, Object.hasOwn(rateClasses, name) ? rate.parse(text) : undefined] as const
    })
    const whole = parsed.filter((entry): entry is [RateClass, RateLimit] => entry[1] !== undefined)
    return whole.length === parsed.length ? new Map(whole) : undefined
  },
}

/** Of each user, by class. A class without a limit is not counted, and writes nothing. */
const limits: ReadonlyMap<RateClass, RateLimit> = new Map([
  ...sendLimit(optional('SEND_RATE_LIMIT', rate)),
  ...(optional('RATE_LIMITS', rates) ?? []),
])

function sendLimit(limit: RateLimit | undefined): [RateClass, RateLimit][] {
  return limit === undefined ? [] : [['send', limit]]
}

const classOf = new Map<string, RateClass>(
  Object.entries(rateClasses).flatMap(([name, { actions }]) =>
    actions.map((action) => [action, name as RateClass] as const),
  ),
)

/**
 * Counts a use by a user; a backend has a limit of its own. AP25.
 *
 * @throws RateLimited
 */
export async function count(rateClass: RateClass, { userId, backend }: Caller, now: number): Promise<void> {
  const limit = limits.get(rateClass)
  if (limit === undefined || backend !== undefined) return
  await countUse({ userId, rateClass, what: rateClasses[rateClass].what }, limit, now)
}

/** Counts an action before it is done. A send is counted by itself: a retry of one that was kept is not. AP25. */
export async function countAction(action: string, caller: Caller, now: number): Promise<void> {
  const rateClass = classOf.get(action)
  if (rateClass !== undefined) await count(rateClass, caller, now)
}
