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
    reply: z.object({ connections: z.int().check(describe('How many connections there are.')) }),
  },
  banUser: {
    request: requestUpon(
      'banUser',
      { until: z.optional(EpochMs.check(describe('Without it, the ban is permanent.'))) },
      'Bans a user from the whole deployment: `$connect` is refused with 403, backends cannot act as ' +
        'them, and their connections are closed.',
    ),
    reply: z.object({}),
  },
  unbanUser: { request: requestUpon('unbanUser', {}, 'Ends a ban from the whole deployment.'), reply: z.object({}) },
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
      'Creates or changes the profiles of users, whether or not they have ever connected. Fields that ' +
        'are left out keep their values.',
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
      'Permanently deletes the messages of a room before a given one. From the reply on, they are shown ' +
        'to nobody; a job deletes them.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  exportUser: {
    request: requestUpon(
      'exportUser',
      {},
      'Starts a job that writes all data of a user to a file of JSON Lines (docs/archive.md), with ' +
        'links to their files, as article 15 of the GDPR demands. `getJob` returns its `url`.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  exportRoom: {
    request: request(
      'exportRoom',
      { chatRoomId: ChatRoomId },
      'Starts a job that writes a room to a file of JSON Lines (docs/archive.md), with links to its ' +
        'files. `getJob` returns its `url`.',
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
              "What happens to the user's messages. `delete`: they are deleted, with their files. `anonymise`: " +
                'they stay, but no longer name the user.',
            ),
          ),
      },
      'Permanently erases a user. From the reply on, they can’t connect, and their connections are ' +
        'closed; a job removes them from everything within 24 hours.',
    ),
    reply: z.object({ jobId: JobId }),
  },
  getJob: {
    request: request('getJob', { jobId: JobId }, 'Returns the state of a job, until 90 days after its end.'),
    reply: z.object({
      jobId: JobId,
      kind: z.string().check(describe('Such as `truncateRoom`. More may be added.')),
      state: z
        .enum(['waiting', 'running', 'done', 'failed'])
        .check(describe('`failed`: the last attempt failed, and the janitor tries again within minutes.')),
      done: z.int().check(describe('Number of items processed.')),
      total: z.optional(z.int().check(describe('Number of all items, if it is known.'))),
      url: z.optional(
        z
          .string()
          .check(
            describe('The file that an export has written. The URL is valid for an hour; the file is kept for 7 days.'),
          ),
      ),
      error: z.optional(z.string().check(describe('Why the last attempt failed.'))),
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
  describe(
    "The user to act as. Without it, it is the token's `sub`. Messages, files and the audit log keep " + 'both.',
  ),
)

/** The body of `POST /v1/batch`. Each action's own fields are checked when its turn comes. */
export const BatchRequest = z
  .strictObject({
    actions: z
      .array(z.looseObject({ action: z.string().check(describe('Any action except `batch`.')) }))
      .check(z.minLength(1), z.maxLength(MAX_BATCH)),
  })
  .check(describe('Performs actions one after the other, in their order, even if an earlier one has failed.'))
