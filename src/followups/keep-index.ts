import type { DynamoDBRecord } from 'aws-lambda'
import { getMessages, seqOf } from '../entities/message.ts'
import { addPosting, type PostingKey, removePosting, thousandOf } from '../entities/posting.ts'
import { wordsIn } from '../search/words-of.ts'

const WRITES_AT_ONCE = 32

/** A message whose row has changed: its words before its first record of the batch, and all words in its records. */
interface Reworded {
  chatRoomId: string
  seq: number
  before: ReadonlySet<string>
  since: Set<string>
  records: DynamoDBRecord[]
}

/** The messages to which a word is added, or from which it is removed. */
interface Change {
  key: PostingKey
  add: number[]
  remove: number[]
  records: DynamoDBRecord[]
}

type Fail = (record: DynamoDBRecord, what: string, error: unknown) => void

/**
 * Updates the search index for the messages of a batch, from their current state. So the index is right even if records
 * are redelivered, late or out of order. A word is written once for all messages that have it. AP34, AP152, AP153.
 *
 * @param fail called with each record that must be redelivered
 */
export async function keepIndex(records: readonly DynamoDBRecord[], fail: Fail): Promise<void> {
  const rooms = new Map<string, Reworded[]>()
  for (const message of rewordedBy(records, fail)) {
    rooms.set(message.chatRoomId, [...(rooms.get(message.chatRoomId) ?? []), message])
  }
  const failed = (error: unknown, of: readonly DynamoDBRecord[]) => {
    for (const record of of) fail(record, 'search', error)
  }
  for (const [chatRoomId, messages] of rooms) {
    try {
      const queue = (await changesIn(chatRoomId, messages)).values()
      const worker = async () => {
        for (const change of queue) await write(change).catch((error: unknown) => failed(error, change.records))
      }
      await Promise.all(Array.from({ length: WRITES_AT_ONCE }, worker))
    } catch (error) {
      failed(
        error,
        messages.flatMap((message) => message.records),
      )
    }
  }
}

function rewordedBy(records: readonly DynamoDBRecord[], fail: Fail): Reworded[] {
  const found = new Map<string, Reworded>()
  for (const record of records) {
    const { NewImage, OldImage } = record.dynamodb ?? {}
    const image = NewImage ?? OldImage
    if (image?.__edb_e__?.S !== 'Message') continue
    const [chatRoomId, messageId] = [image.ChatRoomId?.S, image.MessageId?.S]
    if (chatRoomId === undefined || messageId === undefined) {
      fail(record, 'search', new Error('unable to read the record; it has no key'))
      continue
    }
    const [now, then] = [NewImage, OldImage].map(tokensOf) as [Set<string>, Set<string>]
    const key = `${chatRoomId} ${messageId}`
    const message = found.get(key) ?? {
      ...{ chatRoomId, seq: seqOf({ messageId }), before: then, since: new Set(), records: [] },
    }
    for (const token of [...then, ...now]) message.since.add(token)
    message.records.push(record)
    found.set(key, message)
  }
  return [...found.values()]
}

const tokensOf = (image: NonNullable<DynamoDBRecord['dynamodb']>['NewImage']): Set<string> =>
  tokensIn(image && { content: image.Content?.S ?? '', fileName: image.FileName?.S })

const tokensIn = (message: Parameters<typeof wordsIn>[0] | undefined): Set<string> =>
  new Set(message === undefined ? [] : wordsIn(message).map(({ token }) => token))

async function changesIn(chatRoomId: string, messages: readonly Reworded[]): Promise<Change[]> {
  const seqs = messages.map(({ seq }) => seq)
  const rows = new Map((await getMessages(chatRoomId, seqs)).map((row) => [seqOf(row), row]))
  const changes = new Map<string, Change>()
  for (const { seq, before, since, records } of messages) {
    const now = tokensIn(rows.get(seq))
    const thousand = thousandOf(seq)
    const changeOf = (word: string): Change => {
      const change = changes.get(`${thousand} ${word}`) ?? {
        ...{ key: { chatRoomId, thousand, word }, add: [], remove: [], records: [] },
      }
      changes.set(`${thousand} ${word}`, change)
      change.records.push(...records)
      return change
    }
    for (const word of now) if (!before.has(word)) changeOf(word).add.push(seq)
    for (const word of since) if (!now.has(word)) changeOf(word).remove.push(seq)
  }
  return [...changes.values()]
}

async function write({ key, add, remove }: Change): Promise<void> {
  if (remove.length > 0) await removePosting(key, remove)
  if (add.length > 0) await addPosting(key, add)
}
