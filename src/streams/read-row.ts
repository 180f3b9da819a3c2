import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue as SdkAttributeValue } from '@aws-sdk/client-dynamodb'
import type { AttributeValue } from 'aws-lambda'
import { Audit, type AuditRow } from '../entities/audit.ts'
import { Membership, type MembershipRow } from '../entities/membership.ts'
import { Message, type MessageRow } from '../entities/message.ts'

/** An item as it is in a stream record. */
export type Image = Record<string, AttributeValue>

/** The attributes that a row must have, with their types. */
export type Shape<Row> = { [K in keyof Row & string]?: 'string' | 'number' | 'boolean' | 'object' }

const message: Shape<MessageRow> = {
  chatRoomId: 'string',
  messageId: 'string',
  kind: 'string',
  senderId: 'string',
  content: 'string',
  timestamp: 'number',
}
const member: Shape<MembershipRow> = {
  chatRoomId: 'string',
  userId: 'string',
  joinId: 'string',
  joinedAt: 'number',
  joinedSeq: 'number',
}
const entry: Shape<AuditRow> = { chatRoomId: 'string', action: 'string', by: 'string', at: 'number' }

interface Reader<Row> {
  parse(response: { Item: Record<string, unknown> }): { data: Row | null | undefined }
}

/**
 * Reads a row from a stream image. ElectroDB's `parse` silently drops attributes that are missing or of another type.
 * Without this check a client would receive an event with `undefined` fields.
 *
 * @throws Error when an attribute is missing or of another type
 */
export function readRow<Row extends object>(entity: object, image: Image, shape: Shape<Row>): Row {
  const Item = unmarshall(image as Record<string, SdkAttributeValue>)
  const { data } = (entity as Reader<Row>).parse({ Item })
  if (!data) throw new Error('unable to read the record; it is not of the entity that it names')
  const wrong = Object.entries(shape).filter(([name, type]) => typeof (data as Record<string, unknown>)[name] !== type)
  if (wrong.length > 0) {
    throw new Error(
      `unable to read the record; it has no ${wrong.map(([name, type]) => `${name} (${type as string})`).join(', ')}`,
    )
  }
  return data
}

export const readMessage = (image: Image): MessageRow => readRow(Message, image, message)
export const readMembership = (image: Image): MembershipRow => readRow(Membership, image, member)
export const readAudit = (image: Image): AuditRow => readRow(Audit, image, entry)
