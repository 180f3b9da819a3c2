/** Write units of one request, on the table and on its index. */
export interface Units {
  table: number
  index: number
}

/** What a reconnect writes and reads. Tests measure the figures of both data models on DynamoDB Local. */
export interface DataModel {
  /** `$connect`: the rows of the connection. */
  connect: Units
  /** What `sync` writes once. */
  beginSync: Units
  /** What `sync` writes for each room. */
  subscribe: Units
  /** Everything that `sync` reads. */
  reads: (rooms: number) => number
  /** `$disconnect`: the row of the connection. */
  disconnect: Units
  /** What the stream function deletes after a connection has ended. */
  cleanUp: { perConnection: Units; perRoom: Units }
  /** Whether a batch of the stream is posted before its clean-up, or after it. */
  cleanUpAfterPosts: boolean
}

/** Rooms of one page of `sync`. */
const ROOMS_PER_PAGE = 50

const NONE: Units = { table: 0, index: 0 }
const ROW: Units = { table: 1, index: 0 }
const TWO_ROWS: Units = { table: 2, index: 0 }
const INDEXED_ROW: Units = { table: 1, index: 1 }

/**
 * Version 0.1.0: each subscription is a row of its connection. It is in the index too, and is deleted when the
 * connection ends.
 */
export const CONNECTION_ROWS: DataModel = {
  connect: INDEXED_ROW,
  beginSync: INDEXED_ROW,
  subscribe: INDEXED_ROW,
  reads: (rooms) => 2 * rooms + 2,
  disconnect: INDEXED_ROW,
  cleanUp: { perConnection: NONE, perRoom: INDEXED_ROW },
  cleanUpAfterPosts: false,
}

/**
 * A subscription belongs to a session and is overwritten in place. `sync` writes the session once: the URL named it, so
 * `$connect` has stored it with the connection. A connection has a row of its own, and a row of its user that TTL
 * deletes. `$connect` reads whether the user is banned.
 */
export const SESSION_ROWS: DataModel = {
  connect: TWO_ROWS,
  beginSync: ROW,
  subscribe: ROW,
  reads: (rooms) => rooms + 5 * Math.ceil(rooms / ROOMS_PER_PAGE),
  disconnect: ROW,
  cleanUp: { perConnection: ROW, perRoom: NONE },
  cleanUpAfterPosts: true,
}

const total = ({ table, index }: Units) => table + index

/** Returns the write units of one reconnect that succeeds at once, including the end of the old connection. */
export function writesNeeded({ connect, beginSync, subscribe, disconnect, cleanUp }: DataModel, rooms: number): number {
  return (
    total(connect) +
    total(beginSync) +
    rooms * total(subscribe) +
    total(disconnect) +
    total(cleanUp.perConnection) +
    rooms * total(cleanUp.perRoom)
  )
}
