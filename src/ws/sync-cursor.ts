import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import type { UserRoomRow } from '../entities/user-room.ts'
import { readCursor } from './cursor.ts'

/** Where the next page of `sync` starts. */
export interface SyncCursor {
  /** Exclusive; undefined at the beginning. */
  after?: string | undefined
  /** Marks of rooms after it that this connection is subscribed to already. */
  standing: ReadonlySet<string>
}

const MARK_CHARS = 8
/** As many as a cursor of 1,024 characters holds, beside a room id. */
const MAX_MARKS = 80

const SyncCursorText = z
  .string()
  .check(z.regex(new RegExp(`^(?!$)[A-Za-z0-9_:-]{0,64}(!([A-Za-z0-9_-]{${MARK_CHARS}}){1,${MAX_MARKS}})?$`)))

/** Of one membership on one connection, so that a cursor that is used on another connection skips nothing there. */
export const markOf = ({ chatRoomId, joinId }: UserRoomRow, connectionId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([chatRoomId, joinId, connectionId]))
    .digest('base64url')
    .slice(0, MARK_CHARS)

/** @throws InvalidRequest when the cursor is not one of ours */
export function readSyncCursor(cursor: string | undefined): SyncCursor {
  const [after, marks = ''] = readCursor(cursor, SyncCursorText)?.split('!') ?? []
  return {
    after: after === '' ? undefined : after,
    standing: new Set(marks.match(new RegExp(`.{${MARK_CHARS}}`, 'g'))),
  }
}

/** For `writeCursor`. Marks that don't fit are left out: their rooms are subscribed once more. */
export const syncCursorText = ({ after = '', standing }: SyncCursor): string =>
  standing.size === 0 ? after : `${after}!${[...standing].slice(0, MAX_MARKS).join('')}`
