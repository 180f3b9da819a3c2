import { getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { postedFor, rangeOf, thousandOf } from '../entities/posting.ts'
import { matchOf, type Query } from './query.ts'
import { wordsIn } from './words-of.ts'

/** A search in one room. */
export interface RoomSearch {
  chatRoomId: string
  query: Query
  /** Seq, exclusive. */
  below: number
  /** Messages up to this seq are not found. */
  since: number
  /** Whether a matching message is wanted. */
  isWanted: (message: MessageRow) => boolean
  limit: number
  /** The most reads of the index (`looks`) and of messages (`reads`). */
  looks: number
  reads: number
}

/** A message that was found, and its words that matched. */
export interface Hit {
  message: MessageRow
  matched: string[]
}

/** The hits of a search in one room. */
export interface RoomHits {
  /** The newest first. */
  hits: Hit[]
  /** The seq below which the search continues; undefined if everything was searched. */
  next?: number
}

/**
 * Only the longest words of a query are looked up, because they are in the fewest messages. The messages show the
 * others.
 */
const MAX_LOOKED_UP = 3
const MAX_AT_ONCE = 8
const READ_AT_ONCE = 20

/**
 * Finds messages, the newest first, in blocks of a thousand. The index proposes candidates, and the current messages
 * decide, so a message is never found by a text that was edited away or deleted. The reads of one call are limited: it
 * may return no hit although there is more to search. AP34, AP154.
 */
export async function searchRoom(search: RoomSearch): Promise<RoomHits> {
  const hits: Hit[] = []
  const words = lookedUp(search.query)
  let { looks, reads } = search
  let thousand = thousandOf(search.below - 1)
  const last = thousandOf(search.since + 1)
  for (let step = 1; thousand >= last; step = Math.min(step * 2, MAX_AT_ONCE)) {
    const count = Math.min(step, thousand - last + 1, Math.floor(looks / words.length))
    if (count === 0) return { hits, next: rangeOf(thousand).end }
    looks -= count * words.length
    const some = Array.from({ length: count }, (_, i) => thousand - i)
    for (const proposed of await Promise.all(some.map((one) => proposedIn(search, one, words)))) {
      while (proposed.length > 0) {
        if (reads <= 0) return { hits, next: proposed[0]! + 1 }
        const seqs = proposed.splice(0, Math.min(READ_AT_ONCE, reads))
        reads -= seqs.length
        for (const hit of await hitsAmong(search, seqs)) {
          hits.push(hit)
          if (hits.length === search.limit) return { hits, next: seqOf(hit.message) }
        }
      }
    }
    thousand -= count
  }
  return { hits }
}

interface LookedUp {
  word: string
  isBeginning: boolean
}

function lookedUp({ words, beginning }: Query): LookedUp[] {
  const all = [{ word: beginning, isBeginning: true }, ...words.map((word) => ({ word, isBeginning: false }))]
  return all.sort((a, b) => b.word.length - a.word.length).slice(0, MAX_LOOKED_UP)
}

/** Returns the seqs of a thousand that may have all the words, the newest first. */
async function proposedIn(
  { chatRoomId, below, since }: RoomSearch,
  thousand: number,
  words: readonly LookedUp[],
): Promise<number[]> {
  let seqs: number[] | undefined
  for (const { word, isBeginning } of words) {
    if (seqs?.length === 0) break
    const posted = await postedFor({ chatRoomId, thousand, word }, { isBeginning })
    if (posted !== undefined) seqs = seqs === undefined ? [...posted] : seqs.filter((seq) => posted.has(seq))
  }
  const { first, end } = rangeOf(thousand)
  // No word was selective enough, because very many words have this beginning. Then every message is a candidate.
  const proposed = seqs ?? Array.from({ length: end - first }, (_, i) => first + i)
  return proposed.filter((seq) => seq > since && seq < below).sort((a, b) => b - a)
}

async function hitsAmong({ chatRoomId, query, isWanted }: RoomSearch, seqs: readonly number[]): Promise<Hit[]> {
  const rows = await getMessages(chatRoomId, seqs)
  return rows
    .filter((message) => message.kind !== 'deleted' && isWanted(message))
    .flatMap((message) => {
      const matched = matchOf(query, wordsIn(message))
      return matched === undefined ? [] : [{ message, matched }]
    })
    .sort((a, b) => seqOf(b.message) - seqOf(a.message))
}
