import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { Audit, auditItem, type AuditRow } from '../../src/entities/audit.ts'
import { Connection, type ConnectionRow } from '../../src/entities/connection.ts'
import { Membership, type MembershipRow } from '../../src/entities/membership.ts'
import { Message, type MessageRow, messageIdOf } from '../../src/entities/message.ts'
import { Typing } from '../../src/entities/typing.ts'

export type Image = Record<string, AttributeValue>

let sequence = 0

/** Returns a record of the stream as Lambda passes it, with a sequence number of its own. */
export function recordOf(eventName: 'INSERT' | 'MODIFY' | 'REMOVE', image: Image, old?: Image): DynamoDBRecord {
  const { pk, sk } = image as { pk: AttributeValue; sk: AttributeValue }
  return {
    eventID: String((sequence += 1)),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      Keys: { pk, sk },
      SequenceNumber: String(sequence).padStart(21, '0'),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(eventName === 'REMOVE' ? { OldImage: image } : { NewImage: image, ...(old && { OldImage: old }) }),
    },
  }
}

/** Returns an item as ElectroDB writes it. */
export const imageOf = (put: { params(): object }): Image =>
  marshall((put.params() as { Item: Record<string, unknown> }).Item, { removeUndefinedValues: true }) as Image

export const message = (chatRoomId: string, seq: number, more: Partial<MessageRow> = {}): MessageRow => ({
  chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'text',
  senderId: 'ada',
  content: `message ${seq}`,
  timestamp: 1_800_000_000_000,
  ...more,
})

export const messageImage = (row: MessageRow): Image => imageOf(Message.put(row))

export const messageRecord = (chatRoomId: string, seq: number, more: Partial<MessageRow> = {}): DynamoDBRecord =>
  recordOf('INSERT', messageImage(message(chatRoomId, seq, more)))

export const membership = (chatRoomId: string, userId: string, more: Partial<MembershipRow> = {}): MembershipRow => ({
  chatRoomId,
  userId,
  role: 'member',
  joinedAt: Date.now(),
  joinId: 'join-1',
  joinedSeq: 0,
  ...more,
})

export const membershipRecord = (eventName: 'INSERT' | 'MODIFY' | 'REMOVE', row: MembershipRow): DynamoDBRecord =>
  recordOf(eventName, imageOf(Membership.put(row)))

export const connection = (connectionId: string, userId: string): ConnectionRow => ({
  connectionId,
  userId,
  lastConnectedAt: 1_800_000_000_000,
  expiresAt: Math.ceil(Date.now() / 1_000) + 3_600,
})

export const connectionRecord = (eventName: 'INSERT' | 'REMOVE', row: ConnectionRow): DynamoDBRecord =>
  recordOf(eventName, imageOf(Connection.put(row)))

/** Returns the entry of something that eve has just done in a room. */
export const auditEntry = (chatRoomId: string, action: AuditRow['action'], more: Partial<AuditRow> = {}): AuditRow =>
  auditItem({ chatRoomId, action, at: Date.now(), by: 'eve', ...more })

export const auditRecord = (row: AuditRow): DynamoDBRecord => recordOf('INSERT', imageOf(Audit.put(row)))

export const typingRecord = (
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  row: { chatRoomId: string; userId: string; isTyping: boolean; until: number },
): DynamoDBRecord =>
  recordOf(eventName, imageOf(Typing.put({ ...row, toldAt: row.until, expiresAt: Math.ceil(row.until / 1_000) })))
