import * as z from 'zod/mini'
import { describe, request, requestUpon } from './request-schema.ts'
import { auditActions } from './room-kinds.ts'
import { Reason } from './room-schema.ts'
import { ChatRoomId, Cursor, EpochMs, MessageId, UserId } from './scalars.ts'
import { DEFAULT_HISTORY_PAGE, MAX_HISTORY_PAGE } from './limits.ts'

const chatRoomId = ChatRoomId
const nothing = z.object({})
const reason = z.optional(Reason)

const DAY = 24 * 60 * 60
const MAX_BAN_SECONDS = 365 * DAY
const MAX_DELETE_SECONDS = 7 * DAY
const MAX_MUTE_SECONDS = 28 * DAY

export const AuditEntry = z
  .object({
    at: EpochMs,
    by: UserId,
    via: z.optional(z.string().check(describe('The backend that acted as `by`.'))),
    action: z.enum(auditActions).check(describe('More values may be added.')),
    userId: z.optional(UserId.check(describe('The user whom the entry is about.'))),
    messageId: z.optional(MessageId),
    until: z.optional(EpochMs),
    reason: z.optional(z.string()),
  })
  .check(describe('What was done in a room, and by whom.'))

export type AuditEntry = z.infer<typeof AuditEntry>

/** Actions of moderators, and the audit log. */
export const moderationActions = {
  banMember: {
    request: requestUpon(
      'banMember',
      {
        chatRoomId,
        seconds: z.optional(
          z.int().check(z.gte(60), z.lte(MAX_BAN_SECONDS), describe('Without it, the ban is permanent.')),
        ),
        reason,
        deleteMessagesSeconds: z.optional(
          z
            .int()
            .check(
              z.gte(0),
              z.lte(MAX_DELETE_SECONDS),
              describe("The user's messages of so many seconds before the ban are deleted, within minutes."),
            ),
        ),
      },
      'Removes a user and keeps them out: they can neither join nor be added. They need not be a member.',
    ),
    reply: z.object({ until: z.optional(EpochMs) }),
  },
  unbanMember: { request: requestUpon('unbanMember', { chatRoomId }, 'Ends a ban.'), reply: nothing },
  listBans: {
    request: request(
      'listBans',
      { chatRoomId, cursor: z.optional(Cursor) },
      'Returns the users who are banned from a room.',
    ),
    reply: z.object({
      bans: z.array(
        z.object({
          userId: UserId,
          by: UserId,
          at: EpochMs,
          until: z.optional(EpochMs),
          reason: z.optional(z.string()),
        }),
      ),
      nextCursor: z.optional(Cursor),
    }),
  },
  muteMember: {
    request: requestUpon(
      'muteMember',
      {
        chatRoomId,
        seconds: z.int().check(z.gte(0), z.lte(MAX_MUTE_SECONDS), describe('0 ends the mute.')),
        reason,
      },
      'Mutes a member for a time: they can read but not write.',
    ),
    reply: z.object({ mutedUntil: z.optional(EpochMs) }),
  },
  closeRoom: {
    request: request('closeRoom', { chatRoomId, closed: z.boolean() }, 'Makes a room read-only, or reopens it.'),
    reply: nothing,
  },
  reportMessage: {
    request: request(
      'reportMessage',
      { chatRoomId, messageId: MessageId, reason: Reason },
      "Reports a message to the room's moderators, in the audit log.",
    ),
    reply: nothing,
  },
  getAudit: {
    request: request(
      'getAudit',
      {
        chatRoomId,
        before: z.optional(EpochMs.check(describe('Exclusive.'))),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_HISTORY_PAGE)), DEFAULT_HISTORY_PAGE),
      },
      'Returns what was done in a room, newest first.',
    ),
    reply: z.object({ entries: z.array(AuditEntry), hasMore: z.boolean() }),
  },
} as const
