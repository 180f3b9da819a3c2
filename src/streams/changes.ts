import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue as SdkAttributeValue } from '@aws-sdk/client-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { ChatRoom } from '../entities/chat-room.ts'
import { Connection, type ConnectionRow } from '../entities/connection.ts'
import { Membership, type MembershipRow } from '../entities/membership.ts'
import { Message, type MessageRow } from '../entities/message.ts'
import { Typing, type TypingRow } from '../entities/typing.ts'

export interface PendingRoom {
  chatRoomId: string
  roomName: string
  createdBy: string
  createdAt: number
  pendingMembers: string[]
}

/** A stream record as this chat understands it. */
export type Change =
  | { type: 'messageKept'; message: MessageRow }
  | { type: 'typingChanged'; typing: TypingRow }
  | { type: 'memberAdded'; membership: MembershipRow }
  | { type: 'memberRemoved'; membership: MembershipRow }
  | { type: 'connectionRemoved'; connection: ConnectionRow }
  | { type: 'roomPending'; room: PendingRoom }

/** ElectroDB's name for an entity in its items. */
const ENTITY = '__edb_e__'

const member = ['chatRoomId', 'userId', 'joinId', 'joinedAt', 'joinedSeq'] as const

type Image = Record<string, AttributeValue>

/**
 * What a record means, or nothing when it means nothing here: the mapping's filter leaves such records out, but a filter
 * can be changed without this code.
 *
 * @throws when a record of ours can't be read: it belongs in the on-failure destination, not in the bin
 */
export function changeOf(record: DynamoDBRecord): Change | undefined {
  const { NewImage, OldImage } = record.dynamodb ?? {}
  const inserted = record.eventName === 'INSERT'
  const removed = record.eventName === 'REMOVE'
  const image = (removed ? OldImage : NewImage) as Image | undefined
  switch (image?.[ENTITY]?.S) {
    case 'Message': {
      if (!inserted) return undefined
      const message = read<MessageRow>(Message, image, ['chatRoomId', 'messageId', 'senderId', 'content', 'timestamp'])
      return message.kind === 'text' || message.kind === 'broadcast' ? { type: 'messageKept', message } : undefined
    }
    case 'Typing':
      return removed
        ? undefined
        : {
            type: 'typingChanged',
            typing: read<TypingRow>(Typing, image, ['chatRoomId', 'userId', 'isTyping', 'until']),
          }
    case 'Membership':
      if (inserted) return { type: 'memberAdded', membership: read<MembershipRow>(Membership, image, member) }
      return removed ? { type: 'memberRemoved', membership: read<MembershipRow>(Membership, image, member) } : undefined
    case 'Connection':
      return removed
        ? { type: 'connectionRemoved', connection: read<ConnectionRow>(Connection, image, ['connectionId', 'userId']) }
        : undefined
    case 'ChatRoom':
      return inserted && image.Setup?.S === 'pending'
        ? {
            type: 'roomPending',
            room: read<PendingRoom>(ChatRoom, image, ['chatRoomId', 'createdBy', 'pendingMembers']),
          }
        : undefined
    default:
      return undefined
  }
}

interface Reader<Row> {
  parse(response: { Item: Record<string, unknown> }): { data: Row | null | undefined }
}

/** ElectroDB answers `null` for what it can't read and passes over what is missing: a silent drop, if nobody looks. */
function read<Row>(entity: object, image: Image, required: readonly (keyof Row & string)[]): Row {
  const Item = unmarshall(image as Record<string, SdkAttributeValue>)
  const { data } = (entity as Reader<Row>).parse({ Item })
  if (!data) throw new Error('unable to read the record; it is not of the entity that it names')
  const missing = required.filter((name) => data[name] === undefined)
  if (missing.length > 0) throw new Error(`unable to read the record; it has no ${missing.join(', ')}`)
  return data
}
