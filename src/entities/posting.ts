import { Entity } from 'electrodb'
import { client, service, table, verbatim } from './table.ts'

/**
 * An entry of the search index: which of a thousand messages of a room contain a word. Key: ChatRoomId and the word's
 * first two characters + the number of the thousand and the word. It only proposes messages: a search reads them and
 * checks. Seqs are added to and removed from a set, so repeating a write changes nothing.
 *
 * - AP152 `addPosting`: note that these messages contain this word
 * - AP153 `removePosting`: note that they no longer contain it
 * - AP154 `postedFor`: which messages of this thousand contain this word, or one that begins with it?
 */
export const Posting = new Entity(
  {
    model: { entity: 'Posting', version: '1', service },
    attributes: {
      /** `search#<chatRoomId>#<2 characters>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `<thousand>#<word>` */
      place: { type: 'string', field: 'sk', required: true },
      seqs: { type: 'set', items: 'number', field: 'Seqs' },
    },
    indexes: { word: verbatim('partition', 'place') },
  },
  { table, client },
)

/** Messages in one item. A thousand numbers have some 5 KB. */
const THOUSAND = 1_000

/** Returns the number of the thousand that a message is in. */
export const thousandOf = (seq: number): number => Math.floor(seq / THOUSAND)

/** Returns the seqs of a thousand: from `first`, inclusive, to `end`, exclusive. */
export const rangeOf = (thousand: number) => ({ first: thousand * THOUSAND, end: (thousand + 1) * THOUSAND })

/** A word, and the thousand messages that a posting is about. */
export interface PostingKey {
  chatRoomId: string
  thousand: number
  word: string
}

export const postingKey = ({ chatRoomId, thousand, word }: PostingKey) => ({
  partition: `search#${chatRoomId}#${[...word].slice(0, 2).join('')}`,
  place: `${thousand}#${word}`,
})

/** AP152. Notes that these messages contain a word. */
export async function addPosting(key: PostingKey, seqs: readonly number[]): Promise<void> {
  await Posting.update(postingKey(key))
    .add({ seqs: [...seqs] })
    .go()
}

/**
 * AP153. Notes that these messages no longer contain a word. Deletes the item if no message is left, because its key
 * contains the word.
 */
export async function removePosting(key: PostingKey, seqs: readonly number[]): Promise<void> {
  const { rejected, data } = await Posting.patch(postingKey(key))
    .delete({ seqs: [...seqs] })
    .go({ response: 'all_new', returnOnConditionCheckFailure: true })
  const { seqs: left = [] } = (data ?? {}) as { seqs?: number[] }
  if (rejected || left.length > 0) return
  await Posting.delete(postingKey(key))
    .where((row, { notExists }) => notExists(row.seqs))
    .go({ returnOnConditionCheckFailure: true })
}

/** Words with the given beginning that are read. With more of them, the index would hardly narrow the search. */
const MAX_ITEMS = 100

/**
 * AP154. Returns the seqs of the messages that contain a word, or with `isBeginning`, a word that begins with it.
 * Returns undefined if more than 100 words of the thousand, or 1 MB of items, share the beginning. Strongly consistent,
 * one request.
 */
export async function postedFor(
  key: PostingKey,
  { isBeginning }: { isBeginning: boolean },
): Promise<Set<number> | undefined> {
  const { partition, place } = postingKey(key)
  const { data, cursor } = await Posting.query
    .word({ partition })
    .between({ place }, { place: isBeginning ? `${place}\u{10ffff}` : place })
    .go({ consistent: true, limit: MAX_ITEMS, pages: 1 })
  return cursor === null ? new Set(data.flatMap(({ seqs }) => seqs ?? [])) : undefined
}
