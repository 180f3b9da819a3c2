import type { DynamoDBRecord } from 'aws-lambda'
import { ChatRoom, isPending } from '../entities/chat-room.ts'
import { completeRoom } from '../entities/create-room.ts'
import { type Image, readRow, type Shape } from '../streams/read-row.ts'

/** A room whose creation has not added all its members yet. */
export interface PendingRoom {
  chatRoomId: string
  createdBy: string
  createdAt: number
  pendingMembers: string[]
}

const shape: Shape<PendingRoom> = {
  chatRoomId: 'string',
  createdBy: 'string',
  createdAt: 'number',
  pendingMembers: 'object',
}

/**
 * Returns the room that a record reports as created without all its members; undefined for any other record.
 *
 * @throws Error when the record of such a room cannot be read
 */
export function pendingRoomIn({ eventName, dynamodb }: DynamoDBRecord): PendingRoom | undefined {
  const image = dynamodb?.NewImage as Image | undefined
  if (eventName !== 'INSERT' || image?.__edb_e__?.S !== 'ChatRoom' || image.Setup?.S !== 'pending') return undefined
  return readRow(ChatRoom, image, shape)
}

/**
 * Completes a room whose creation ended before all members were added. Does nothing if the room is complete. AP40,
 * AP33.
 */
export async function completePending({ chatRoomId, createdAt, pendingMembers }: PendingRoom): Promise<void> {
  if (await isPending(chatRoomId)) await completeRoom({ chatRoomId, createdAt }, pendingMembers)
}
