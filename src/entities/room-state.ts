import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, imported, service, table, verbatim } from './table.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * What a room, or a thread in it, is to one user: how far they have read, and what wakes them. Key: UserId +
 * ChatRoomId, and the root's MessageId for a thread. In a partition of the user's own, so that all of a user's are read
 * in one query, and a mark writes nothing to the room's. The keys are attributes of their own, because these rows are
 * read by the hundred.
 *
 * - AP93 `moveMarker`: has this user read so far from now on?
 * - AP94 `takeBackMarker`: is what follows unread again?
 * - AP95 `statesOfUser`: how far has this user read in these rooms? (a range)
 * - AP96 `getStates`: how far have these users read in these rooms?
 */
export const RoomState = new Entity(
  {
    model: { entity: 'RoomState', version: '1', service },
    attributes: {
      /** `state#<userId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `<chatRoomId>`, or `<chatRoomId>#<messageId of the root>` */
      place: { type: 'string', field: 'sk', required: true },
      /** Absent while the user has marked nothing here. It may be beyond the room's head: readers look at that. */
      readSeq: { type: 'number', field: 'ReadSeq' },
      /** Epoch milliseconds; rises with every write of `ReadSeq`, so it tells which of two came later. */
      readAt: { type: 'number', field: 'ReadAt' },
      /** Of a thread: whether the user follows it. Absent: they have not said. */
      follow: { type: 'boolean', field: 'Follow' },
      /** Of a room: which messages the user is to be woken for, until when, and the moment of the latest choice. */
      notify: { type: ['all', 'mentions', 'none'] as const, field: 'Notify' },
      notifyUntil: { type: 'number', field: 'NotifyUntil' },
      notifyAt: { type: 'number', field: 'NotifyAt' },
      /** Nobody else is to know. */
      private: { type: 'boolean', field: 'Private' },
      /** The connection that wrote last: it has the reply, so it receives no event. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      imported,
    },
    indexes: { user: verbatim('partition', 'place') },
  },
  { table, client },
)

export type RoomStateRow = EntityItem<typeof RoomState>

/** What a state is about. */
export interface StateKey {
  userId: string
  chatRoomId: string
  /** The root of a thread. */
  threadId?: string
}

const PARTITION = 'state#'

export const stateKey = ({ userId, chatRoomId, threadId }: StateKey) => ({
  partition: PARTITION + userId,
  place: threadId === undefined ? chatRoomId : `${chatRoomId}#${threadId}`,
})

/** What a row is about. */
export function aboutOf({ partition, place }: Pick<RoomStateRow, 'partition' | 'place'>): StateKey {
  const [chatRoomId = '', threadId] = place.split('#')
  return { userId: partition.slice(PARTITION.length), chatRoomId, ...defined({ threadId }) }
}

/** A marker that is to be written. */
interface Mark {
  seq: number
  originConnectionId?: string | undefined
}

/** AP93. Nothing is written unless it is further than before: not an error, because another device may be ahead. */
export async function moveMarker(
  key: StateKey,
  { seq, isPrivate, originConnectionId }: Mark & { isPrivate: boolean },
  now: number,
): Promise<void> {
  for (let at = now; ;) {
    const { rejected, data } = await RoomState.update(stateKey(key))
      .set({ readSeq: seq, readAt: at, ...(isPrivate && { private: true }), ...defined({ originConnectionId }) })
      .remove([
        ...(isPrivate ? [] : (['private'] as const)),
        ...(originConnectionId === undefined ? (['originConnectionId'] as const) : []),
      ])
      .where(
        (row, { notExists, lt }) => `${notExists(row.readSeq)} OR (${lt(row.readSeq, seq)} AND ${lt(row.readAt, at)})`,
      )
      .go({ returnOnConditionCheckFailure: 'all_old' })
    if (!rejected || (data?.readSeq ?? 0) >= seq) return
    at = laterThan(data)
  }
}

/**
 * AP94. Never moves a marker forward, and makes none.
 *
 * @returns the marker that holds now; undefined when there is none
 */
export async function takeBackMarker(
  key: StateKey,
  { seq, originConnectionId }: Mark,
  now: number,
): Promise<number | undefined> {
  for (let at = now; ;) {
    const { rejected, data } = await RoomState.update(stateKey(key))
      .set({ readSeq: seq, readAt: at, ...defined({ originConnectionId }) })
      .remove(originConnectionId === undefined ? ['originConnectionId'] : [])
      .where((row, { gt, lt }) => `${gt(row.readSeq, seq)} AND ${lt(row.readAt, at)}`)
      .go({ returnOnConditionCheckFailure: 'all_old' })
    if (!rejected) return seq
    if (data?.readSeq === undefined || data.readSeq <= seq) return data?.readSeq
    at = laterThan(data)
  }
}

/** The clock of another function may be ahead of ours. */
const laterThan = (row: { readAt?: number | undefined } | null): number => (row?.readAt ?? 0) + 1

/** Rows that are read for each room that is asked for: a read must not grow with what a user has written. */
const ROWS_EACH = 4

/**
 * AP95. Consistent, because a user sees at once what they have marked on another device. The states of these rooms,
 * without those of threads. Where many others lie between them, those beyond are looked up by AP96.
 */
export async function statesOfUser(userId: string, chatRoomIds: readonly string[]): Promise<Map<string, RoomStateRow>> {
  const ids = [...chatRoomIds].sort()
  const [first, last] = [ids[0], ids.at(-1)]
  if (first === undefined || last === undefined) return new Map()
  const limit = ROWS_EACH * ids.length
  const { data } = await RoomState.query
    .user({ partition: PARTITION + userId })
    .between({ place: first }, { place: last })
    .go({ consistent: true, limit, pages: 1 })
  const end = data.length < limit ? last : aboutOf(data.at(-1)!).chatRoomId
  const beyond = ids.filter((id) => id > end).map((chatRoomId) => ({ userId, chatRoomId }))
  const rows = [...data, ...(await getStates(beyond))]
  const wanted = new Set(ids)
  return new Map(rows.flatMap((row) => (wanted.has(row.place) ? [[row.place, row] as const] : [])))
}

/** AP96. In no order; what isn't there is left out. Consistent, unless `isHasty`: then it costs half. */
export async function getStates(
  keys: readonly StateKey[],
  { isHasty = false }: { isHasty?: boolean } = {},
): Promise<RoomStateRow[]> {
  const rows: RoomStateRow[] = []
  await untilProcessed(keys.map(stateKey), async (left) => {
    const { data, unprocessed } = await RoomState.get(left).go({ consistent: !isHasty, concurrent: 4 })
    rows.push(...data)
    return { unprocessed: unprocessed }
  })
  return rows
}
