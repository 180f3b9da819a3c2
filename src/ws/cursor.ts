import type * as z from 'zod/mini'
import { InvalidRequest } from '../errors.ts'

/**
 * A cursor is the last id of the page before, as base64url: opaque on the wire, and harmless when forged, since it only
 * moves the start within what the caller may read anyway.
 *
 * @param schema of the ids that are paged: a key beyond them would be a range that DynamoDB refuses
 * @throws InvalidRequest
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

/** The same page with its `nextCursor`, an id, as it goes over the wire. */
export function writeCursor<T extends { nextCursor?: string }>(page: T): T {
  return page.nextCursor === undefined
    ? page
    : { ...page, nextCursor: Buffer.from(page.nextCursor).toString('base64url') }
}
