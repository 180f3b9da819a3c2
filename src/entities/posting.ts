import { Entity } from 'electrodb'
import { client, service, table, verbatim } from './table.ts'

/**
 * Which of a thousand messages of a room have a word. Key: ChatRoomId and the word's first two characters + the
 * messages' thousand and the word. It only proposes: who searches reads the messages. A set of numbers is added to and
 * taken from, so doing it again changes nothing.
 *
 * - AP152 `addPosting`: do these messages have this word from now on?
 * - AP153 `removePosting`: not any more?
 * - AP154 `postedFor`: which messages of this thousand have it, or a word that begins so?
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

/** Of messages in one item: a thousand numbers are some 5 KB. */
const THOUSAND = 1_000

/** Of a message, the number of its thousand. */
export const thousandOf = (seq: number): number => Math.floor(seq / THOUSAND)

/** The seqs of a thousand: from `first` on, below `end`. */
export const rangeOf = (thousand: number) => ({ first: thousand * THOUSAND, end: (thousand + 1) * THOUSAND })

/** What a posting is of. */
export interface PostingKey {
  chatRoomId: string
  thousand: number
  word: string
}

export const postingKey = ({ chatRoomId, thousand, word }: PostingKey) => ({
  partition: `search#${chatRoomId}#${[...word].slice(0, 2).join('')}`,
  place: `${thousand}#${word}`,
})

/** AP152. */
export async function addPosting(key: PostingKey, seqs: readonly number[]): Promise<void> {
  await Posting.update(postingKey(key))
    .add({ seqs: [...seqs] })
    .go()
}

/** AP153. An item without numbers goes, because its key has the word. */
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

/** Of words that begin so; of more, nothing is gained by reading them all. */
const MAX_ITEMS = 100

/**
 * AP154. Consistent, one request: of a beginning that more than 100 words of the thousand share, or 1 MB of them,
 * undefined.
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
