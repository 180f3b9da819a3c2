import type * as z from 'zod/mini'
import { InvalidRequest } from '../errors.ts'

/**
 * Decodes a cursor: the last id of the previous page, as base64url. Clients treat it as opaque. A forged one does no
 * harm, because it only moves the start of the page within what the caller may read.
 *
 * @param schema of the ids that are paged; DynamoDB refuses a range that starts outside them
 * @returns the id; undefined for the first page, which has no cursor
 * @throws InvalidRequest when the cursor is not one that we made
 */
export function readCursor(cursor: string | undefined, schema: z.ZodMiniType<string>): string | undefined {
  if (cursor === undefined) return undefined
  const id = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!schema.safeParse(id).success || Buffer.from(id).toString('base64url') !== cursor) {
    throw new InvalidRequest('unable to page on; the cursor is not one of ours', [
      { path: 'cursor', problem: 'is not a nextCursor' },
    ])
  }
  return id
}

/** The same page, its `nextCursor` encoded: an id before, base64url after. */
export function writeCursor<T extends { nextCursor?: string }>(page: T): T {
  return page.nextCursor === undefined
    ? page
    : { ...page, nextCursor: Buffer.from(page.nextCursor).toString('base64url') }
}
