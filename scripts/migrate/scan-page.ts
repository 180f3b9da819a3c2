import type { MembershipRow } from '../../src/entities/membership.ts'
import type { SessionRow } from '../../src/entities/session.ts'
import { client, table } from '../../src/entities/table.ts'
import { membershipOf } from '../../src/entities/user-room.ts'

/** The attributes that a membership and its mirror have in common. */
export type InRoom = Pick<MembershipRow, 'chatRoomId' | 'userId' | 'joinId'>

/** One of the `of` parts of the table that are scanned at the same time; `index` counts from 0. */
export interface Segment {
  index: number
  of: number
}

type Key = Record<string, unknown>

/** The rows on one page of the table that matter to the migration. */
export interface Page {
  memberships: InRoom[]
  /** From the mirrors. */
  mirrors: InRoom[]
  /** The sessions that live connections of version 0.1.0 lack. */
  sessions: SessionRow[]
  /** Number of all rows on the page. */
  read: number
  /** Where the next page begins. Undefined after the last page. */
  next?: Key
}

/** The attributes of the three entities, as they are stored. */
interface Item {
  __edb_e__: string
  pk: string
  sk: string
  ChatRoomId: string
  UserId: string
  JoinId: string
  ConnectionId: string
  /** Epoch seconds. */
  expiresAt: number
  SessionKey?: string
  ReadyAt?: number
}

/** Reads up to 1 MB of the table with strong consistency. */
export async function scanPage({ index, of }: Segment, from: Key | undefined, now: number): Promise<Page> {
  const { Items, ScannedCount, LastEvaluatedKey } = await client.send('Scan', {
    TableName: table,
    ConsistentRead: true,
    Segment: index,
    TotalSegments: of,
    FilterExpression: '#entity IN (:membership, :mirror, :connection)',
    ExpressionAttributeNames: { '#entity': '__edb_e__' },
    ExpressionAttributeValues: { ':membership': 'Membership', ':mirror': 'UserRoom', ':connection': 'Connection' },
    ...(from === undefined ? {} : { ExclusiveStartKey: from }),
  })
  const page: Page = { memberships: [], mirrors: [], sessions: [], read: Number(ScannedCount) }
  if (LastEvaluatedKey !== undefined) page.next = LastEvaluatedKey
  for (const item of Items ?? []) add(page, item as unknown as Item, now)
  return page
}

function add(page: Page, item: Item, now: number): void {
  const { UserId: userId, JoinId: joinId } = item
  if (item.__edb_e__ === 'Membership') page.memberships.push({ chatRoomId: item.ChatRoomId, userId, joinId })
  if (item.__edb_e__ === 'UserRoom') page.mirrors.push(membershipOf({ partition: item.pk, place: item.sk, joinId }))
  if (item.__edb_e__ === 'Connection' && needsSession(item, now)) {
    const { ConnectionId: connectionId, expiresAt } = item
    page.sessions.push({ userId, sessionKey: connectionId, connectionId, expiresAt })
  }
}

/** Version 0.1.0 wrote `ReadyAt` at the first sync or join. No later version does. */
const needsSession = ({ ReadyAt, SessionKey, expiresAt }: Item, now: number): boolean =>
  ReadyAt !== undefined && SessionKey === undefined && expiresAt * 1_000 > now
