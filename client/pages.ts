/** What a request adds to ask for the page after the first. */
interface PageCursor {
  cursor?: string
}

/**
 * Yields every page of a list, from the first to the one without a `nextCursor`.
 *
 * @param ask requests one page; spread its argument into the frame
 *
 * @example
 * for await (const { rooms } of pages((cursor) => connection.once({ action: 'listRooms', ...cursor }))) show(rooms)
 */
export async function* pages<P extends { nextCursor?: string | undefined }>(
  ask: (cursor: PageCursor) => Promise<P>,
): AsyncGenerator<P, void> {
  let cursor: string | undefined
  do {
    const page = await ask(cursor === undefined ? {} : { cursor })
    yield page
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
