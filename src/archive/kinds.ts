import { Audit } from '../entities/audit.ts'
import { Ban } from '../entities/ban.ts'
import { Block } from '../entities/block.ts'
import { ChatRoom } from '../entities/chat-room.ts'
import { ChatRoomDetails, listingOf } from '../entities/chat-room-details.ts'
import { Connection } from '../entities/connection.ts'
import { Invite, invitePlace } from '../entities/invite.ts'
import { Membership } from '../entities/membership.ts'
import { Mention } from '../entities/mention.ts'
import { Message } from '../entities/message.ts'
import { inKey, Reaction, reactionOf, type ReactionRow } from '../entities/reaction.ts'
import { aboutOf, RoomState, type RoomStateRow, type StateKey, stateKey } from '../entities/room-state.ts'
import { Session } from '../entities/session.ts'
import { Upload } from '../entities/upload.ts'
import { User } from '../entities/user.ts'

/** A row with the attribute names of its entity, or a line of an archive. */
export type Row = Record<string, unknown>

/** The parts of an entity that the archive uses. */
interface AnyEntity {
  schema: {
    model: { entity: string }
    attributes: Record<string, { type: unknown; field: string; required?: boolean; default?: unknown }>
  }
  parse(response: { Item: Row }): { data: Row | null | undefined }
  create(row: Row): {
    go(options: { returnOnConditionCheckFailure: 'all_old' }): Promise<{ rejected: boolean; data: Row | null }>
  }
}

/** How the rows of an entity are archived. */
export interface Kind {
  entity: AnyEntity
  /** Attributes that a line leaves out: they are about delivery or one connection, or an import creates them anew. */
  without: readonly string[]
  /** Attributes that are JSON text in the row, and plain JSON in the line. */
  json: readonly string[]
  /**
   * Attributes that name the user whom a row belongs to. A user's export has the rows in which one of them is the user.
   */
  owners: readonly string[]
  /** Attributes that may name other users. A user's export leaves them out where they do. */
  others: readonly string[]
  /** Whether the rows expire soon anyway. They are then only in a user's export, and are not imported. */
  passing: boolean
  toLine(row: Row): Row
  toRow(line: Row): Row
}

const same = (row: Row): Row => row

const kind = (entity: object, more: Partial<Omit<Kind, 'entity'>>): Kind => ({
  entity: entity as AnyEntity,
  json: [],
  owners: [],
  others: [],
  passing: false,
  toLine: same,
  toRow: same,
  ...more,
  without: [...(more.without ?? []), 'imported'],
})

function without(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}

/**
 * Reactions and replies have their own lines, but the message keeps their counts. How the counts were made is left out.
 */
const message = kind(Message, {
  without: ['originConnectionId', 'traceId', 'prevDrawnAt', 'threadAt', 'reactionsAt', 'thumbs'],
  json: ['metadata', 'mentions'],
  owners: ['senderId'],
  others: ['deletedBy', 'pinnedBy', 'reactions', 'thread'],
})

/** A public room is listed by its name. The lines of other rooms have no name. */
const roomDetails = kind(ChatRoomDetails, {
  without: ['listed', 'listedAs'],
  json: ['settings', 'metadata'],
  toRow: (line) =>
    line.roomName === undefined
      ? line
      : { ...line, ...listingOf({ ...(line as { chatRoomId: string; roomName: string }), isPublic: true }) },
})

const readState = kind(RoomState, {
  without: ['originConnectionId'],
  owners: ['userId'],
  toLine: (row) => ({ ...aboutOf(row as unknown as RoomStateRow), ...without(row, ['partition', 'place']) }),
  toRow: (line) => ({
    ...stateKey(line as unknown as StateKey),
    ...without(line, ['userId', 'chatRoomId', 'threadId']),
  }),
})

const reaction = kind(Reaction, {
  owners: ['userId'],
  toLine: (row) => reactionOf(row as unknown as ReactionRow),
  toRow: (line) => inKey(line as unknown as ReactionRow),
})

const invite = kind(Invite, {
  without: ['ofRoom', 'place'],
  owners: ['by'],
  toRow: (line) => ({ ...line, ...invitePlace(line as { chatRoomId: string; createdAt: number; invite: string }) }),
})

/**
 * All kinds of rows in an archive, by the `type` of their lines. All other rows are derived from these (mirrors, thread
 * pointers), are counts (sizes of rooms, rate windows), contain only a hash (send guards), or are about delivery
 * (subscriptions, change logs). An import creates them anew, or they appear with further use.
 */
export const kinds = {
  room: kind(ChatRoom, {
    without: ['lastAt', 'headRev', 'setup', 'pendingMembers'],
    owners: ['createdBy'],
  }),
  roomDetails,
  member: kind(Membership, {
    without: ['joinId', 'originConnectionId'],
    owners: ['userId'],
    others: ['addedBy'],
  }),
  message,
  reaction,
  ban: kind(Ban, { owners: ['userId', 'by'], others: ['by', 'userId'] }),
  block: kind(Block, { owners: ['userId'] }),
  invite,
  audit: kind(Audit, { without: ['joinId'], owners: ['userId', 'by'], others: ['by', 'userId', 'via'] }),
  profile: kind(User, { without: ['admin'], json: ['metadata'], owners: ['userId'], others: ['blockedBy'] }),
  readState,
  mention: kind(Mention, { owners: ['userId'] }),
  upload: kind(Upload, {
    without: ['traceId', 'objectKey'],
    json: ['metadata', 'mentions'],
    owners: ['uploaderId'],
    passing: true,
  }),
  connection: kind(Connection, { owners: ['userId'], passing: true }),
  session: kind(Session, { owners: ['userId'], passing: true }),
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds

/** The kinds, by the entity name that ElectroDB writes into each item. */
export const kindNameOf = new Map(
  (Object.entries(kinds) as [KindName, Kind][]).map(([name, { entity }]) => [entity.schema.model.entity, name]),
)
