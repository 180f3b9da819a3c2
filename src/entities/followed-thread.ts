import { aboutOf, RoomState, type StateKey, stateKey } from './room-state.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * Threads that a user follows, which their `RoomState`s say.
 *
 * - AP114 `setFollowing`: does this user follow this thread from now on?
 * - AP115 `followUnlessSaid`: the same, unless the user has said whether they do?
 * - AP116 `followedThreads`: which threads does this user follow? (a page)
 * - AP117 `forgetThreadsIn`: none in this room any more, which they have left?
 */
export interface ThreadKey extends StateKey {
  threadId: string
}

/** AP114. */
export async function setFollowing(key: ThreadKey, following: boolean): Promise<void> {
  await RoomState.update(stateKey(key)).set({ follow: following }).go()
}

/** AP115. */
export async function followUnlessSaid(key: ThreadKey): Promise<void> {
  await RoomState.update(stateKey(key))
    .set({ follow: true })
    .where(({ follow }, { notExists }) => notExists(follow))
    .go({ returnOnConditionCheckFailure: true })
}

/** A followed thread, and how far it was read. */
export interface FollowedThread extends ThreadKey {
  readSeq: number | undefined
}

/** States that are read for one page: others lie between, of rooms and of threads that nobody follows any more. */
const MAX_STATES = 500

/**
 * AP116. In the order of rooms and roots, consistent. A page may have fewer than `limit`, and yet there are more.
 *
 * @param page `after` is the `next` of the page before
 */
export async function followedThreads(
  userId: string,
  { after, limit }: { after?: ThreadPlace; limit: number },
): Promise<{ threads: FollowedThread[]; next?: ThreadPlace }> {
  const { partition } = stateKey({ userId, chatRoomId: '' })
  const of = RoomState.query.user({ partition })
  const { data, cursor } = await (after === undefined ? of : of.gt({ place: stateKey({ userId, ...after }).place })).go(
    { consistent: true, limit: MAX_STATES, pages: 1 },
  )
  const followed = data.filter(({ follow }) => follow === true)
  const some = followed.slice(0, limit)
  const threads = some.map((row) => ({ ...aboutOf(row), readSeq: row.readSeq }) as FollowedThread)
  const last = some.length < followed.length ? some.at(-1) : cursor === null ? undefined : data.at(-1)
  return { threads, ...(last !== undefined && { next: threadOfPlace(last.place) }) }
}

/** Where a page begins; a room's own state sorts before those of its threads. */
export type ThreadPlace = Omit<StateKey, 'userId'>

/** The same as a text, which is the sort key. */
export const placeOfThread = (place: ThreadPlace): string => stateKey({ userId: '', ...place }).place

export function threadOfPlace(place: string): ThreadPlace {
  const { chatRoomId, threadId } = aboutOf({ partition: '', place })
  return threadId === undefined ? { chatRoomId } : { chatRoomId, threadId }
}

/** Sorts before and after every root in a room. */
const [FIRST, LAST] = ['0', '~']

/** AP117. How far they were read goes too. */
export async function forgetThreadsIn(chatRoomId: string, userId: string): Promise<void> {
  const keyOf = (threadId: string) => stateKey({ userId, chatRoomId, threadId })
  const { data } = await RoomState.query
    .user({ partition: keyOf(FIRST).partition })
    .between({ place: keyOf(FIRST).place }, { place: keyOf(LAST).place })
    .go({ consistent: true, pages: 'all' })
  await untilProcessed(data, async (left) => {
    const keys = left.map(({ partition, place }) => ({ partition, place }))
    const { unprocessed } = await RoomState.delete(keys).go({ concurrent: 4 })
    return { unprocessed: unprocessed }
  })
}
