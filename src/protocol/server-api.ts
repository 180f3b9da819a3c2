import * as z from 'zod/mini'
import { type Action, actions } from './actions.ts'
import { MAX_BATCH, MAX_USERS } from './limits.ts'
import { Profile, profileFields } from './profile-actions.ts'
import { describe, request, requestUpon } from './request-schema.ts'
import { erasureModes } from './room-kinds.ts'
import { Reason } from './room-schema.ts'
import { ChatRoomId, EpochMs, JobId, Seq, UserId } from './scalars.ts'

/** Actions about the connection that they arrive on. The server API has no connection, so it does not offer them. */
export const socketOnly = [
  'sync',
  'ping',
  'joinRoom',
  'leaveRoom',
  'typingIndicator',
  'enterPresence',
  'leavePresence',
] as const satisfies Action[]

/** Actions that only a backend may perform. WebSockets do not offer them. */
export const serverOnly = {
  disconnectUser: {
    request: requestUpon(
      'disconnectUser',
      { reason: z.optional(Reason) },
      "Closes all of a user's connections, each after a last event, `goodbye`. The user may connect again at once.",
    ),
    reply: z.object({ connections: z.int().check(describe('How many there are.')) }),
  },
  banUser: {
    request: requestUpon(
      'banUser',
      { until: z.optional(EpochMs.check(describe('Without it, the ban is for good.'))) },
      'Keeps a user out of the whole deployment: `$connect` is refused with 403, nobody acts as them, and their ' +
        'connections are closed.',
    ),
    reply: z.object({}),
  },
  unbanUser: { request: requestUpon('unbanUser', {}, 'Lets a user in again.'), reply: z.object({}) },
  upsertUsers: {
    request: request(
      'upsertUsers',
      {
        users: z.array(z.strictObject({ userId: UserId, ...profileFields })).check(
          z.minLength(1),
          z.maxLength(MAX_USERS),
          z.refine<{ userId: string }[]>((users) => new Set(users.map(({ userId }) => userId)).size === users.length, {
            error: 'names a user twice',
          }),
        ),
      },
      'Makes or changes the profiles of users, whether or not they have ever connected. What is left out stays.',
    ),
    reply: z.object({ users: z.array(Profile).check(describe('In the order of the request.')) }),
  },
  truncateRoom: {
    request: request(
      'truncateRoom',
      {
        chatRoomId: ChatRoomId,
        before: Seq.check(describe('Exclusive: this message and all later ones stay.')),
      },
      'Deletes what was said in a room before a message, for good. From the reply on nobody is shown any of it; a job ' +
        'deletes it.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  exportUser: {
    request: requestUpon(
      'exportUser',
      {},
      'Has a job write all that is a user’s to a file of JSON Lines (docs/archive.md), with links to their files: what ' +
        'article 15 of the GDPR asks for. `getJob` gives its `url`.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  exportRoom: {
    request: request(
      'exportRoom',
      { chatRoomId: ChatRoomId },
      'Has a job write a room to a file of JSON Lines (docs/archive.md), with links to its files. `getJob` gives its `url`.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  eraseUser: {
    request: requestUpon(
      'eraseUser',
      {
        mode: z
          .enum(erasureModes)
          .check(
            describe(
              'What becomes of what they have said: `delete`, with its files; `anonymise`: it stays, said by nobody.',
            ),
          ),
      },
      'Erases a user for good. From the reply on they can’t come in, and their connections are closed; a job takes them ' +
        'out of everything within 24 hours.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  getJob: {
    request: request('getJob', { jobId: JobId }, 'Says what has become of a job, for 90 days after its end.'),
    reply: z.object({
      jobId: JobId,
      kind: z.string().check(describe('Such as `truncateRoom`. More may be added.')),
      state: z
        .enum(['waiting', 'running', 'done', 'failed'])
        .check(describe('`failed`: its last turn has failed, and the janitor tries again within minutes.')),
      done: z.int().check(describe('Items that were worked.')),
      total: z.optional(z.int().check(describe('Items that there are in all, where that is known.'))),
      url: z.optional(
        z.string().check(describe('What an export has written: good for an hour, and there for 7 days.')),
      ),
      error: z.optional(z.string().check(describe('Why its last turn failed.'))),
    }),
  },
} as const

export type ServerOnlyAction = keyof typeof serverOnly

type Shared = Exclude<Action, (typeof socketOnly)[number]>

/** Actions that a backend may perform over HTTP. */
export type ServerAction = Shared | ServerOnlyAction

/** The schemas of the requests and replies of these actions, by action. */
export const serverSchemas = {
  ...(Object.fromEntries(Object.entries(actions).filter(([name]) => !socketOnly.some((one) => one === name))) as Pick<
    typeof actions,
    Shared
  >),
  ...serverOnly,
}

export const serverActions = Object.keys(serverSchemas) as ServerAction[]

export type ServerRequest<A extends ServerAction> = z.infer<(typeof serverSchemas)[A]['request']>
export type ServerReply<A extends ServerAction> = z.infer<(typeof serverSchemas)[A]['reply']>

/** The field `asUserId`, besides an action's own fields. */
export const AsUserId = UserId.check(
  describe("Who acts. Without it, the token's `sub`; messages, files and the audit log keep both."),
)

/** The body of `POST /v1/batch`. Each action's own fields are checked when its turn comes. */
export const BatchRequest = z
  .strictObject({
    actions: z
      .array(z.looseObject({ action: z.string().check(describe('Any but `batch`.')) }))
      .check(z.minLength(1), z.maxLength(MAX_BATCH)),
  })
  .check(describe('Does actions in their order, one after the other, whether or not the ones before have failed.'))
