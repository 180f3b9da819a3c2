import { type Reacted, reactionsOf } from '../entities/reaction.ts'
import { stateKey } from '../entities/room-state.ts'
import { client, table } from '../entities/table.ts'
import { invitesKey } from '../entities/invite.ts'
import { type Kind, kinds, type Row } from './kinds.ts'
import { type Line, lineOf } from './line.ts'
import { isOwnLine, ownLine } from './own-line.ts'

/** What an archive contains: everything, one room, or one user's data. */
export type Scope = { all: true } | { chatRoomId: string } | { userId: string }

/** A part of an archive that fits into memory. */
export interface Page {
  lines: Line[]
  /** Rows that were read for the page. */
  read: number
  /** Where to continue once this page has been stored; undefined at the end of a scan. */
  cursor?: string
}

/**
 * Returns the lines of an archive, page by page, in no particular order. It is not a snapshot: rows that are written
 * meanwhile may be included or not.
 *
 * @param cursor of the last page that was stored
 * @param now epoch milliseconds; rows that have expired by then are left out
 */
export function pagesOf(scope: Scope, cursor: string | undefined, now: number): AsyncGenerator<Page> {
  if ('chatRoomId' in scope) return roomPages(scope.chatRoomId, cursor, now)
  return scanPages('userId' in scope ? scope.userId : undefined, cursor, now)
}

type Request = Parameters<typeof client.send>[1]

/**
 * Reads the whole table, at half a unit for each 4 KB. An index by user would cost another write unit for each message.
 */
async function* scanPages(userId: string | undefined, cursor: string | undefined, now: number): AsyncGenerator<Page> {
  const filter = userId === undefined ? filterOfKinds() : filterOfUser(userId)
  for (let from = cursor === undefined ? undefined : (JSON.parse(cursor) as Row); ;) {
    const answer = await client.send('Scan', {
      TableName: table,
      ...filter,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    })
    const lines = (answer.Items ?? []).flatMap((item) => {
      const line = lineOf(item, now, { passing: userId !== undefined })
      if (line === undefined) return []
      if (userId === undefined) return [line]
      return isOwnLine(line, userId) ? [ownLine(line, userId)] : []
    })
    from = answer.LastEvaluatedKey
    yield { lines, read: Number(answer.ScannedCount), ...(from && { cursor: JSON.stringify(from) }) }
    if (from === undefined) return
  }
}

const ENTITY = '__edb_e__'

function filterOfKinds(): Request {
  const entities = Object.values(kinds as Record<string, Kind>).filter(({ passing }) => !passing)
  const names = entities.map(({ entity }, i) => [`:e${i}`, entity.schema.model.entity])
  return {
    FilterExpression: `#entity IN (${names.map(([name]) => name).join(', ')})`,
    ExpressionAttributeNames: { '#entity': ENTITY },
    ExpressionAttributeValues: Object.fromEntries(names) as Row,
  }
}

/** Matches more rows than the user's own. Which attribute of a row makes it the user's is checked afterwards. */
function filterOfUser(userId: string): Request {
  const fields = Object.values(kinds as Record<string, Kind>).flatMap(({ entity, owners }) =>
    owners.flatMap((name) => entity.schema.attributes[name]?.field ?? []),
  )
  const names = [...new Set(fields)].map((field, i) => [`#f${i}`, field] as const)
  return {
    FilterExpression: [...names.map(([name]) => `${name} = :user`), '#pk = :state'].join(' OR '),
    ExpressionAttributeNames: { ...Object.fromEntries(names), '#pk': 'pk' },
    ExpressionAttributeValues: { ':user': userId, ':state': stateKey({ userId, chatRoomId: '' }).partition },
  }
}

/** Messages in one page of a room. Their reactions follow, one message after the other. */
const MESSAGES = 100
const REACTIONS = 1_000

/** Returns the queries for the parts of a room. The room's own row comes first. */
const roomParts = (chatRoomId: string): Request[] => {
  const partition = `$tabletalk#chatRoomId_${chatRoomId}`
  const within = (pk: string, begins?: string): Request => ({
    ConsistentRead: true,
    KeyConditionExpression: begins === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': pk, ...(begins === undefined ? {} : { ':sk': begins }) },
  })
  return [
    within(partition, '$roster'),
    { ...within(partition, '$Message_1'), Limit: MESSAGES },
    within(`ban#${chatRoomId}`),
    within(`audit#${chatRoomId}`),
    {
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :pk',
      ExpressionAttributeValues: { ':pk': invitesKey(chatRoomId) },
    },
  ]
}

interface RoomPlace {
  part: number
  from?: Row
  /** Messages whose lines were returned, and whose reactions are still missing. */
  reacted?: string[]
  /** The last reaction returned for the first of these messages. */
  after?: Reacted
}

async function* roomPages(chatRoomId: string, cursor: string | undefined, now: number): AsyncGenerator<Page> {
  const parts = roomParts(chatRoomId)
  let place = cursor === undefined ? { part: 0 } : (JSON.parse(cursor) as RoomPlace)
  while (place.part < parts.length) {
    const page = await (place.reacted?.length ? reactionPage(chatRoomId, place) : partPage(parts, place, now))
    place = page.next
    yield { lines: page.lines, read: page.read, cursor: JSON.stringify(place) }
  }
}

interface RoomPage extends Omit<Page, 'cursor'> {
  next: RoomPlace
}

async function partPage(parts: readonly Request[], { part, from }: RoomPlace, now: number): Promise<RoomPage> {
  const { Items = [], LastEvaluatedKey } = await client.send('Query', {
    TableName: table,
    ...parts[part],
    ...(from && { ExclusiveStartKey: from }),
  })
  const lines = Items.flatMap((item) => lineOf(item, now) ?? [])
  const reacted = lines.flatMap(({ type, reactions, messageId }) =>
    type === 'message' && reactions !== undefined ? [String(messageId)] : [],
  )
  const next = LastEvaluatedKey === undefined ? { part: part + 1 } : { part, from: LastEvaluatedKey }
  return { lines, read: Items.length, next: { ...next, ...(reacted.length > 0 && { reacted }) } }
}

/** Reads a page of one message's reactions, because a message may have as many reactions as the room has members. */
async function reactionPage(chatRoomId: string, { after, ...place }: RoomPlace): Promise<RoomPage> {
  const [messageId = '', ...others] = place.reacted ?? []
  const page = { limit: REACTIONS, ...(after && { after }) }
  const { reactions, next } = await reactionsOf({ chatRoomId, messageId }, page)
  const lines = reactions.map(({ reaction, userId, at }): Line => ({
    ...{ type: 'reaction', chatRoomId, messageId, reaction, userId, at },
  }))
  return {
    lines,
    read: lines.length,
    next: next === undefined ? { ...place, reacted: others } : { ...place, after: next },
  }
}
