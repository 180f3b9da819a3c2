import { Audit } from './audit.ts'
import { Ban } from './ban.ts'
import { Change, ChangeHead, changesPartition } from './change.ts'
import { ChatRoom } from './chat-room.ts'
import { ChatRoomDetails } from './chat-room-details.ts'
import { Invite, invitesKey } from './invite.ts'
import { Membership } from './membership.ts'
import { Message, type MessageRow, messagesBetween } from './message.ts'
import { Present, presentPartition } from './present.ts'
import { RoomSize } from './room-size.ts'
import { emptyGuards, SendGuard } from './send-guard.ts'
import { partitionOf, Subscription } from './subscription.ts'
import { Typing } from './typing.ts'
import { untilProcessed } from './until-processed.ts'
import { Upload } from './upload.ts'
import { UserRoom, userRoomKey } from './user-room.ts'

/**
 * The deletion of a deleted room's rows, or of old messages, by the janitor.
 *
 * - AP75 `deletePart`: delete a page of the rows of this part of a room
 * - AP76 `buryRoom`: clear the row of a deleted room, which keeps its id taken
 * - AP131 `deleteMessagesBefore`: delete a page of the messages before this one
 */

const PAGE = 100
const page = { consistent: true, limit: PAGE } as const
const atOnce = { concurrent: 4 } as const

/**
 * Each function reads a page of rows and deletes it. Rows that can be found only through another row are deleted before
 * that row, so a run that is repeated after a crash finds them again.
 */
const parts = {
  members: async (chatRoomId: string) => {
    const { data } = await Membership.query.room({ chatRoomId }).go(page)
    await untilProcessed(data.map(userRoomKey), (left) => UserRoom.delete(left).go(atOnce))
    await untilProcessed(data.map(keyOfUser), (left) => Membership.delete(left).go(atOnce))
    return data.length
  },
  messages: async (chatRoomId: string) => {
    const { data } = await Message.query.room({ chatRoomId }).go(page)
    const uploads = data.flatMap(({ uploadId }) => (uploadId === undefined ? [] : [{ uploadId }]))
    await untilProcessed(guardsOf(data), (left) => SendGuard.delete(left).go(atOnce))
    await untilProcessed(uploads, (left) => Upload.delete(left).go(atOnce))
    await untilProcessed(data.map(keyOfMessage), (left) => Message.delete(left).go(atOnce))
    return data.length
  },
  invites: async (chatRoomId: string) => {
    // The index lags, so an invite may be deleted twice, which is harmless.
    const { data } = await Invite.query.ofRoom({ ofRoom: invitesKey(chatRoomId) }).go({ limit: PAGE })
    const invites = data.map(({ invite }) => ({ invite }))
    await untilProcessed(invites, (left) => Invite.delete(left).go(atOnce))
    return data.length
  },
  bans: async (chatRoomId: string) => {
    const { data } = await Ban.query.room({ chatRoomId }).go(page)
    await untilProcessed(data.map(keyOfUser), (left) => Ban.delete(left).go(atOnce))
    return data.length
  },
  audit: async (chatRoomId: string) => {
    const { data } = await Audit.query.room({ chatRoomId }).go(page)
    const entries = data.map(({ entryId }) => ({ chatRoomId, entryId }))
    await untilProcessed(entries, (left) => Audit.delete(left).go(atOnce))
    return data.length
  },
  typing: async (chatRoomId: string) => {
    const { data } = await Typing.query.room({ chatRoomId }).go(page)
    await untilProcessed(data.map(keyOfUser), (left) => Typing.delete(left).go(atOnce))
    return data.length
  },
  present: async (chatRoomId: string) => {
    const { data } = await Present.query.room({ partition: presentPartition(chatRoomId) }).go(page)
    const keys = data.map(({ partition, place }) => ({ partition, place }))
    await untilProcessed(keys, (left) => Present.delete(left).go(atOnce))
    return data.length
  },
  changes: async (chatRoomId: string) => {
    const { data } = await Change.query.room({ partition: changesPartition(chatRoomId) }).go(page)
    const keys = data.map(({ partition, place }) => ({ partition, place }))
    await untilProcessed(keys, (left) => Change.delete(left).go(atOnce))
    if (keys.length === 0) await ChangeHead.delete({ chatRoomId }).go()
    return data.length
  },
  details: async (chatRoomId: string) => {
    const { data } = await ChatRoomDetails.query.room({ chatRoomId }).go(page)
    await untilProcessed(data.map(keyOfRoom), (left) => ChatRoomDetails.delete(left).go(atOnce))
    return data.length
  },
  size: async (chatRoomId: string) => {
    const { data } = await RoomSize.query.room({ chatRoomId }).go(page)
    await untilProcessed(data.map(keyOfRoom), (left) => RoomSize.delete(left).go(atOnce))
    return data.length
  },
  subscriptions: async (chatRoomId: string) => {
    const { data } = await Subscription.query.room({ partition: partitionOf(chatRoomId) }).go(page)
    const keys = data.map(({ partition, place }) => ({ partition, place }))
    await untilProcessed(keys, (left) => Subscription.delete(left).go(atOnce))
    return data.length
  },
} satisfies Record<string, (chatRoomId: string) => Promise<number>>

const keyOfRoom = ({ chatRoomId }: { chatRoomId: string }) => ({ chatRoomId })

const keyOfMessage = ({ chatRoomId, messageId }: MessageRow) => ({ chatRoomId, messageId })

/** Returns the keys of the guards, for the messages that have one. */
const guardsOf = (messages: readonly MessageRow[]) =>
  messages.flatMap(({ chatRoomId, senderId, clientMessageId }) =>
    clientMessageId === undefined ? [] : [{ chatRoomId, senderId, clientMessageId }],
  )

const keyOfUser = ({ chatRoomId, userId }: { chatRoomId: string; userId: string }) => ({ chatRoomId, userId })

/** A kind of rows that a room has: `members` with their mirrors, `messages` with their guards and uploads, … */
export type RoomPart = keyof typeof parts

/**
 * AP75. Deletes at most a hundred rows of one part of a room, each with the rows that can be found only through it.
 *
 * @returns how many rows of the part there were; 0 means that none are left
 * @throws Unavailable when the table throttles the deletions for too long
 */
export async function deletePart(chatRoomId: string, part: RoomPart): Promise<number> {
  return parts[part](chatRoomId)
}

/** AP76. Clears the row of a deleted room, which keeps its id taken. Does nothing to a room that wasn't deleted. */
export async function buryRoom(chatRoomId: string): Promise<void> {
  await ChatRoom.patch({ chatRoomId })
    .set({ roomName: '' })
    .remove(['setup', 'pendingMembers', 'firstSeq'])
    .where(({ gate }, { contains }) => contains(gate, 'd'))
    .go({ returnOnConditionCheckFailure: true })
}

/**
 * AP131. Deletes at most a hundred messages, the oldest first. Their guards stay for a month, without the content's
 * hash, so that a late retry doesn't send the message again. The follow-ups delete everything else that belongs to a
 * message, when the stream reports its deletion.
 *
 * @param before a seq, exclusive
 * @returns how many messages there were; 0 means that none are left
 */
export async function deleteMessagesBefore(chatRoomId: string, before: number, now: number): Promise<number> {
  if (before <= 1) return 0
  const range = { first: 1, last: before - 1, limit: PAGE, order: 'asc' } as const
  const { rows } = await messagesBetween(chatRoomId, range)
  await emptyGuards(rows, now)
  await untilProcessed(rows.map(keyOfMessage), (left) => Message.delete(left).go(atOnce))
  return rows.length
}
