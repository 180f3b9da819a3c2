/** The field with which a request asks for a page after the first. */
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

/**
 * Reads a whole list.
 *
 * @param ask requests one page; spread its argument into the frame
 * @param itemsOf returns the items of a page
 */
export async function listed<P extends { nextCursor?: string | undefined }, T>(
  ask: (cursor: PageCursor) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages(ask)) all.push(...itemsOf(page))
  return all
}
