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
  /** Marks of rooms that the client had by name before: no page has them again. */
  told: ReadonlySet<string>
}

const MARK_CHARS = 8
/** As many as a cursor of 1,024 characters holds, beside a room id. */
const MAX_MARKS = 80

const marks = (lead: string) => `(?:${lead}((?:[A-Za-z0-9_-]{${MARK_CHARS}}){1,${MAX_MARKS}}))?`
/** A room id, the marks of those that stand, and the marks of those that were told. */
const shape = new RegExp(`^(?!$)([A-Za-z0-9_:-]{0,64})${marks('!')}${marks('[.]')}$`)
/** The first page, of a client that has asked for rooms by name before it and is in none of them. */
const BEGINNING = '~'

const SyncCursorText = z.string().check(z.refine<string>((text) => text === BEGINNING || shape.test(text)))

/** Of one membership on one connection, so that a cursor that is used on another connection skips nothing there. */
export const markOf = ({ chatRoomId, joinId }: UserRoomRow, connectionId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([chatRoomId, joinId, connectionId]))
    .digest('base64url')
    .slice(0, MARK_CHARS)

/** @throws InvalidRequest when the cursor is not one of ours */
export function readSyncCursor(cursor: string | undefined): SyncCursor {
  const text = readCursor(cursor, SyncCursorText) ?? BEGINNING
  const [, after, standing, told] = text === BEGINNING ? [] : (shape.exec(text) ?? [])
  return { after: after === '' ? undefined : after, standing: marksIn(standing), told: marksIn(told) }
}

const marksIn = (text = ''): Set<string> => new Set(text.match(new RegExp(`.{${MARK_CHARS}}`, 'g')))

/**
 * For `writeCursor`. Marks that don't fit are left out: their rooms are subscribed once more, or are on a page once
 * more.
 */
export function syncCursorText({ after = '', standing, told }: SyncCursor): string {
  const last = [...told].slice(-MAX_MARKS)
  const first = [...standing].slice(0, MAX_MARKS - last.length)
  if (after === '' && first.length + last.length === 0) return BEGINNING
  return after + (first.length > 0 ? `!${first.join('')}` : '') + (last.length > 0 ? `.${last.join('')}` : '')
}
