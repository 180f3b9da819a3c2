import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, imported, service, table, verbatim } from './table.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * A user's state of a room or a thread: how far they have read, and which messages wake them. Key: UserId + ChatRoomId,
 * and the root's MessageId for a thread. It is in a partition of the user's own, so one query reads all of a user's
 * states, and a mark writes nothing to the room's partition. The keys are attributes themselves and stored once,
 * because these rows are read by the hundred.
 *
 * - AP93 `moveMarker`: note that this user has read up to here
 * - AP94 `takeBackMarker`: note that what follows is unread again
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
      /**
       * The last seq that the user has read. Absent before their first mark. It may be higher than the room's head;
       * readers limit it.
       */
      readSeq: { type: 'number', field: 'ReadSeq' },
      /**
       * Epoch milliseconds of the last write of `ReadSeq`. It rises with every write, so it shows which of two came
       * later.
       */
      readAt: { type: 'number', field: 'ReadAt' },
      /** In the state of a thread: whether the user follows it. Absent if they haven't chosen. */
      follow: { type: 'boolean', field: 'Follow' },
      /**
       * In the state of a room: which messages wake the user, until when, and when they last chose, in epoch
       * milliseconds.
       */
      notify: { type: ['all', 'mentions', 'none'] as const, field: 'Notify' },
      notifyUntil: { type: 'number', field: 'NotifyUntil' },
      notifyAt: { type: 'number', field: 'NotifyAt' },
      /** Nobody else may see how far the user has read. */
      private: { type: 'boolean', field: 'Private' },
      /** The connection that wrote last. It has the reply, so it receives no event. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      imported,
    },
    indexes: { user: verbatim('partition', 'place') },
  },
  { table, client },
)

export type RoomStateRow = EntityItem<typeof RoomState>

/** The user, the room and the thread that a state is about. */
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

/** Returns the user, the room and the thread that a row is about. */
export function aboutOf({ partition, place }: Pick<RoomStateRow, 'partition' | 'place'>): StateKey {
  const [chatRoomId = '', threadId] = place.split('#')
  return { userId: partition.slice(PARTITION.length), chatRoomId, ...defined({ threadId }) }
}

/** A marker to write. */
interface Mark {
  seq: number
  originConnectionId?: string | undefined
}

/**
 * AP93. Moves a marker forward. Does nothing if it is as far already, which is no error: another device may be ahead.
 */
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
 * AP94. Moves a marker back. Never moves one forward, and never makes one.
 *
 * @returns the seq of the marker as it is now; undefined if there is none
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

/** Returns a time after the last write, because the clock of another function may be ahead of ours. */
const laterThan = (row: { readAt?: number | undefined } | null): number => (row?.readAt ?? 0) + 1

/**
 * Rows that are read for each requested room. The limit keeps a read from growing with the number of states that a user
 * has.
 */
const ROWS_EACH = 4

/**
 * AP95. Returns a user's states of these rooms, by room, without those of threads. Strongly consistent, because a user
 * sees at once what they have marked on another device. One query reads them; if too many other states lie between,
 * AP96 reads the rest.
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

/**
 * AP96. Returns the states of these users, rooms and threads, in no order. Those that don't exist are left out.
 * Strongly consistent; with `isHasty`, eventually consistent at half the cost.
 */
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
