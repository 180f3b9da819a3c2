import * as z from 'zod/mini'
import { describe, request, requestUpon } from './request-schema.ts'
import { ChosenAccess, Invite, Metadata, Reason, Role, RoomDetails, SomeSettings, Topic } from './room-schema.ts'
import { ChatRoomId, Cursor, EpochMs, ImageUrl, MessageId, NamePrefix, RoomName, UserId } from './scalars.ts'
import { MAX_ADD_MEMBERS, MAX_MEMBERS_PAGE } from './limits.ts'

const chatRoomId = ChatRoomId
const nothing = z.object({})
const LowRole = z.enum(['guest', 'member'])
const paged = { cursor: z.optional(Cursor) }
const more = { nextCursor: z.optional(Cursor) }
const seconds = (from: number, to: number) => z.int().check(z.gte(from), z.lte(to))

const DAY = 24 * 60 * 60
const DEFAULT_INVITE_SECONDS = 7 * DAY
const MAX_INVITE_SECONDS = 30 * DAY
const MAX_INVITE_USES = 1_000

/** The users whom a room refuses, and why. Erased users are refused as `banned`. */
export const Refused = z.array(z.object({ userId: UserId, code: z.enum(['banned', 'blocked']) }))

/** Actions on rooms, their members, invites and blocks. */
export const roomActions = {
  addMembers: {
    request: request(
      'addMembers',
      {
        chatRoomId,
        userIds: z.array(UserId).check(z.minLength(1), z.maxLength(MAX_ADD_MEMBERS)),
        role: z._default(LowRole, 'member'),
      },
      'Makes users members of a room. Each of them receives `roomAdded`.',
    ),
    reply: z.object({
      added: z.array(UserId),
      already: z.array(UserId),
      refused: Refused,
    }),
  },
  removeMember: {
    request: requestUpon(
      'removeMember',
      { chatRoomId, reason: z.optional(Reason) },
      'Ends the membership of another user. After the reply, no event of the room is posted to them ' +
        'except `removed`.',
    ),
    reply: nothing,
  },
  setRole: {
    request: requestUpon('setRole', { chatRoomId, role: Role }, 'Gives a member another role.'),
    reply: nothing,
  },
  listMembers: {
    request: request(
      'listMembers',
      {
        chatRoomId,
        role: z.optional(Role),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_MEMBERS_PAGE)), MAX_MEMBERS_PAGE),
        ...paged,
      },
      'Returns the members of a room with their roles, in the order of their ids.',
    ),
    reply: z.object({
      members: z.array(z.object({ userId: UserId, role: Role, joinedAt: EpochMs, mutedUntil: z.optional(EpochMs) })),
      ...more,
    }),
  },
  createInvite: {
    request: request(
      'createInvite',
      {
        chatRoomId,
        role: z._default(LowRole, 'member'),
        expiresInSeconds: z._default(seconds(60, MAX_INVITE_SECONDS), DEFAULT_INVITE_SECONDS),
        maxUses: z.optional(z.int().check(z.gte(1), z.lte(MAX_INVITE_USES))),
      },
      'Creates an invite: whoever has it may join the room with it.',
    ),
    reply: z.object({ invite: Invite, expiresAt: EpochMs }),
  },
  listInvites: {
    request: request('listInvites', { chatRoomId, ...paged }, 'Returns the invites of a room that are still valid.'),
    reply: z.object({
      invites: z.array(
        z.object({
          invite: Invite,
          role: LowRole,
          by: UserId,
          createdAt: EpochMs,
          expiresAt: EpochMs,
          uses: z.int(),
          maxUses: z.optional(z.int()),
        }),
      ),
      ...more,
    }),
  },
  revokeInvite: {
    request: request(
      'revokeInvite',
      { chatRoomId, invite: Invite },
      'Revokes an invite: nobody can join with it any more.',
    ),
    reply: nothing,
  },
  listPublicRooms: {
    request: request(
      'listPublicRooms',
      {
        prefix: z.optional(NamePrefix),
        ...paged,
      },
      'Returns public rooms by name. `prefix` is the beginning of the name, in upper or lower case.',
    ),
    reply: z.object({
      rooms: z.array(
        z.object({
          chatRoomId,
          roomName: RoomName,
          topic: z.optional(z.string()),
          memberCount: z.int().check(describe('As in `getRoom`, a moment behind.')),
        }),
      ),
      ...more,
    }),
  },
  blockUser: {
    request: requestUpon(
      'blockUser',
      {},
      'Blocks a user: they can no longer write to the caller or put them into a room. They are not ' +
        'informed of it.',
    ),
    reply: nothing,
  },
  unblockUser: { request: requestUpon('unblockUser', {}, 'Ends a block.'), reply: nothing },
  listBlocked: {
    request: request('listBlocked', paged, 'Returns the users whom the caller has blocked.'),
    reply: z.object({ userIds: z.array(UserId), ...more }),
  },
  updateRoom: {
    request: request(
      'updateRoom',
      {
        chatRoomId,
        roomName: z.optional(RoomName),
        topic: z.optional(z.nullable(Topic)),
        imageUrl: z.optional(z.nullable(ImageUrl)),
        access: z.optional(ChosenAccess),
        settings: z.optional(SomeSettings),
        metadata: z.optional(Metadata),
        ifVersion: z.optional(
          z
            .int()
            .check(
              z.gte(0),
              describe(
                'The `version` of the details that the caller has seen. If they were changed since, the action ' +
                  'fails with `conflict`.',
              ),
            ),
        ),
      },
      'Changes the details of a room. They are in force when the reply arrives.',
    ),
    reply: z.object({ room: RoomDetails }),
  },
  pinMessage: {
    request: request('pinMessage', { chatRoomId, messageId: MessageId }, 'Pins a message; at most 50 in a room.'),
    reply: z.object({ pins: z.array(MessageId) }),
  },
  unpinMessage: {
    request: request('unpinMessage', { chatRoomId, messageId: MessageId }, 'Unpins a message.'),
    reply: z.object({ pins: z.array(MessageId) }),
  },
  deleteRoom: {
    request: request(
      'deleteRoom',
      { chatRoomId },
      'Deletes a room with everything in it. From the reply on, the room is as if it had never existed; ' +
        'only its id stays taken.',
    ),
    reply: nothing,
  },
} as const
