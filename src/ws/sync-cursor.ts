import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import type { UserRoomRow } from '../entities/user-room.ts'
import { readCursor } from './cursor.ts'

/** Where the next page of `sync` starts. */
export interface SyncCursor {
  /** The last room of the previous page; undefined on the first page. */
  after?: string | undefined
  /** Marks of later rooms that this connection is already subscribed to. */
  standing: ReadonlySet<string>
  /** Marks of rooms that the client already received by name; no page contains them again. */
  told: ReadonlySet<string>
}

const MARK_CHARS = 8
/** How many marks fit into a cursor of 1,024 characters beside a room id. */
const MAX_MARKS = 80

const marks = (lead: string) => `(?:${lead}((?:[A-Za-z0-9_-]{${MARK_CHARS}}){1,${MAX_MARKS}}))?`
/** A room id, the marks of subscribed rooms (`!`), and the marks of rooms received by name (`.`). */
const shape = new RegExp(`^(?!$)([A-Za-z0-9_:-]{0,64})${marks('!')}${marks('[.]')}$`)
/** The first page, for a client that asked for rooms by name first and is a member of none of them. */
const BEGINNING = '~'

const SyncCursorText = z.string().check(z.refine<string>((text) => text === BEGINNING || shape.test(text)))

/**
 * Returns the mark of one membership on one connection. A cursor used on another connection therefore skips no room
 * there.
 */
export const markOf = ({ chatRoomId, joinId }: UserRoomRow, connectionId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([chatRoomId, joinId, connectionId]))
    .digest('base64url')
    .slice(0, MARK_CHARS)

/** @throws InvalidRequest when the server did not make the cursor */
export function readSyncCursor(cursor: string | undefined): SyncCursor {
  const text = readCursor(cursor, SyncCursorText) ?? BEGINNING
  const [, after, standing, told] = text === BEGINNING ? [] : (shape.exec(text) ?? [])
  return { after: after === '' ? undefined : after, standing: marksIn(standing), told: marksIn(told) }
}

const marksIn = (text = ''): Set<string> => new Set(text.match(new RegExp(`.{${MARK_CHARS}}`, 'g')))

/**
 * Returns the text of a cursor, for `writeCursor`. Marks that do not fit are left out: those rooms are subscribed
 * again, or are on a page again.
 */
export function syncCursorText({ after = '', standing, told }: SyncCursor): string {
  const last = [...told].slice(-MAX_MARKS)
  const first = [...standing].slice(0, MAX_MARKS - last.length)
  if (after === '' && first.length + last.length === 0) return BEGINNING
  return after + (first.length > 0 ? `!${first.join('')}` : '') + (last.length > 0 ? `.${last.join('')}` : '')
}
