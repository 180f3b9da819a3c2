import type * as z from 'zod/mini'
import { InvalidRequest } from '../errors.ts'

/**
 * Decodes a cursor: the last id of the previous page, as base64url. Clients treat cursors as opaque. A forged cursor
 * does no harm, because it only moves the start of the page within what the caller may read.
 *
 * @param schema of the paged ids; DynamoDB refuses a range that starts outside the ids
 * @returns the id, or undefined if there is no cursor, which means the first page
 * @throws InvalidRequest when the server did not make the cursor
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

/** Returns the page with its `nextCursor`, which is an id, encoded as base64url. */
export function writeCursor<T extends { nextCursor?: string }>(page: T): T {
  return page.nextCursor === undefined
    ? page
    : { ...page, nextCursor: Buffer.from(page.nextCursor).toString('base64url') }
}
