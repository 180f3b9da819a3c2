import { countUse, type RateLimit } from '../entities/rate-window.ts'
import { optional, type Shape } from '../env.ts'
import type { Action } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'

/**
 * The actions that are counted together, and how the error message names them. `direct` is the creation of a direct
 * room. `send` lists no action, because a send is counted after its guard has been read. `ping` is not counted: it
 * costs nothing but its frame.
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
  // Each may read a hundred units and more, most of them of a single partition.
  page: {
    what: 'read more pages',
    actions: ['getHistory', 'getMessages', 'getChanges', 'getThreads', 'getPresence'],
  },
  read: {
    what: 'read more',
    actions: [
      ...['getRoom', 'listRooms', 'getFileUrl', 'listMembers', 'listInvites', 'listBans', 'listBlocked'],
      ...['listPublicRooms', 'getAudit', 'getUnread', 'getReceipts', 'getReactions', 'getMentions', 'getUsers'],
      ...['getOnline'],
    ],
  },
} as const satisfies Record<string, { what: string; actions: readonly Action[] }>

export type RateClass = keyof typeof rateClasses

/** Parses a setting such as `20/10`. */
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

/** The limits for each user, by class. A class without a limit is not counted and writes nothing. */
const limits: ReadonlyMap<RateClass, RateLimit> = new Map([
  ...sendLimit(optional('SEND_RATE_LIMIT', rate)),
  ...(optional('RATE_LIMITS', rates) ?? []),
])

function sendLimit(limit: RateLimit | undefined): [RateClass, RateLimit][] {
  return limit === undefined ? [] : [['send', limit]]
}

/** A request for no more messages than these costs little, and counts as `read`: previews and quotes are many. */
const FEW = 5

/** What says how many messages a request is for. */
interface Sized {
  limit?: number
  after?: number
  messageIds?: readonly string[]
}

/** Whether a request for a page reads a few messages only. With `after`, it may look for the oldest ones first. */
const isForFew = ({ limit, after, messageIds }: Sized): boolean =>
  after === undefined && (messageIds?.length ?? limit ?? Infinity) <= FEW

const classes = new Map<string, RateClass>(
  Object.entries(rateClasses).flatMap(([name, { actions }]) =>
    actions.map((action) => [action, name as RateClass] as const),
  ),
)

/**
 * Counts one use of a class by a user. A backend is not counted here: it has its own limit. AP25.
 *
 * @throws RateLimited when the user is over the limit
 */
export async function count(rateClass: RateClass, { userId, backend }: Caller, now: number): Promise<void> {
  const limit = limits.get(rateClass)
  if (limit === undefined || backend !== undefined) return
  await countUse({ userId, rateClass, what: rateClasses[rateClass].what }, limit, now)
}

/**
 * Counts an action before it is performed. Sends are counted elsewhere, so that retries of a stored send are not. AP25.
 */
export async function countAction(action: string, input: object, caller: Caller, now: number): Promise<void> {
  const rateClass = classOf(action, input)
  if (rateClass !== undefined) await count(rateClass, caller, now)
}

function classOf(action: string, input: object): RateClass | undefined {
  const rateClass = classes.get(action)
  return rateClass === 'page' && isForFew(input) ? 'read' : rateClass
}
