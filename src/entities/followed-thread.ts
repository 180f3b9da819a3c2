import { aboutOf, RoomState, type StateKey, stateKey } from './room-state.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * The threads that a user follows, which are noted in their `RoomState`s.
 *
 * - AP114 `setFollowing`: note whether this user follows this thread
 * - AP115 `followUnlessSaid`: let this user follow this thread, unless they have chosen before
 * - AP116 `followedThreads`: which threads does this user follow? (a page)
 * - AP117 `forgetThreadsIn`: forget the threads in a room that this user has left
 */
export interface ThreadKey extends StateKey {
  threadId: string
}

/** AP114. Notes whether a user follows a thread, as they have chosen. */
export async function setFollowing(key: ThreadKey, following: boolean): Promise<void> {
  await RoomState.update(stateKey(key)).set({ follow: following }).go()
}

/** AP115. Makes a user follow a thread, unless they have chosen whether to follow it. */
export async function followUnlessSaid(key: ThreadKey): Promise<void> {
  await RoomState.update(stateKey(key))
    .set({ follow: true })
    .where(({ follow }, { notExists }) => notExists(follow))
    .go({ returnOnConditionCheckFailure: true })
}

/** A thread that a user follows, and how far they have read it. */
export interface FollowedThread extends ThreadKey {
  readSeq: number | undefined
}

/** Rows that are read for one page. Among them are states of rooms, and of threads that are not followed. */
const MAX_STATES = 500

/**
 * AP116. Returns a page of the threads that a user follows, by room and root. Strongly consistent. A page may have
 * fewer than `limit` threads although more follow.
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

/** Where a page begins. The state of a room sorts before the states of its threads. */
export type ThreadPlace = Omit<StateKey, 'userId'>

/** Returns a `ThreadPlace` as text, which is the sort key. */
export const placeOfThread = (place: ThreadPlace): string => stateKey({ userId: '', ...place }).place

/** Reads the text that `placeOfThread` makes. */
export function threadOfPlace(place: string): ThreadPlace {
  const { chatRoomId, threadId } = aboutOf({ partition: '', place })
  return threadId === undefined ? { chatRoomId } : { chatRoomId, threadId }
}

/** Sort before and after every root in a room. */
const [FIRST, LAST] = ['0', '~']

/** AP117. Deletes what is noted about a user's threads in a room, including how far they have read them. */
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
