import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { batchResponse, sequenceNumberOf } from '../streams/batch-response.ts'
import { logger } from '../logger.ts'
import type { Thread } from '../entities/thread-reply.ts'
import { endPresence } from '../rooms/end-presence.ts'
import { forgetRoom } from '../rooms/forget-room.ts'
import { keepMemberCount, type Moves } from '../rooms/keep-member-count.ts'
import { keepMentions } from '../rooms/keep-mentions.ts'
import { keepThread } from '../rooms/keep-thread.ts'
import { isSearchOn } from '../search/search-setting.ts'
import { followDeletion } from './follow-deletion.ts'
import { keepIndex } from './keep-index.ts'
import { messageGone } from './message-gone.ts'
import { completePending, pendingRoomIn } from './pending-room.ts'
import { presenceOffIn } from './presence-off.ts'
import { isBusOn } from './put-events.ts'
import { tellBus } from './tell-bus.ts'
import { departureOf, mentionWorkOf, movesOf, threadWorkOf } from './talk-of.ts'

const RECORDS_AT_ONCE = 16

/**
 * The second reader of the table's stream. It does the work that follows a write and that nobody waits for. It posts to
 * nobody, and its failures delay no delivery. Every step may run twice, late and out of order.
 *
 * Returns the records that must be redelivered, as `batchItemFailures`.
 *
 * @throws Error when the first of several records failed, because Lambda then halves the batch
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const failed = new Set<string>()
  // An archive also contains the rows that follow from an imported row, except for the search index.
  const own = Records.filter(({ eventName, dynamodb }) => !(eventName === 'INSERT' && dynamodb?.NewImage?.Imported))
  const works = [
    ...own.flatMap((record) => worksOf(record, failed)),
    ...threadWorks(own, failed),
    ...countWorks(own, failed),
  ]
  const queue = works.values()
  const worker = async () => {
    for (const work of queue) await follow(work, failed)
  }
  const failing = (record: DynamoDBRecord, what: string, error: unknown) => fail(record, what, error, failed)
  const telling = isBusOn ? tellBus(Records, failing, Date.now()) : undefined
  const indexing = isSearchOn ? keepIndex(Records, failing) : undefined
  await Promise.all([...Array.from({ length: RECORDS_AT_ONCE }, worker), telling, indexing])
  return batchResponse(Records, failed)
}

/** A piece of work, and the records that cause it. The records are redelivered if it fails. */
interface Work {
  records: readonly DynamoDBRecord[]
  what: string
  run: () => Promise<void>
}

/** Returns the work that one record causes. */
function worksOf(record: DynamoDBRecord, failed: Set<string>): Work[] {
  const records = [record]
  return readable(record, failed, () => {
    const [gone, mentions, departure] = [messageGone(record), mentionWorkOf(record), departureOf(record)]
    const [off, pending] = [presenceOffIn(record), pendingRoomIn(record)]
    return [
      gone && { records, what: 'message gone', run: () => followDeletion(gone, Date.now()) },
      mentions && { records, what: 'mentions', run: () => keepMentions(mentions, mentions.named) },
      departure && { records, what: 'member gone', run: () => forgetRoom(departure) },
      pending && { records, what: 'room pending', run: () => completePending(pending) },
      off !== undefined && { records, what: 'presence off', run: () => endPresence(off) },
    ].filter((work) => work !== undefined && work !== false)
  })
}

/** Returns the work on threads. Each thread is counted once per batch, however many replies it has. */
function threadWorks(records: readonly DynamoDBRecord[], failed: Set<string>): Work[] {
  const keyOf = ({ chatRoomId, threadId }: Thread) => `${chatRoomId} ${threadId}`
  return grouped(records, failed, threadWorkOf, keyOf).map(({ read, records }) => {
    const { chatRoomId, threadId } = read[0]
    const replyIds = read.flatMap(({ replyId }) => replyId ?? [])
    return { records, what: 'thread', run: () => keepThread({ chatRoomId, threadId }, replyIds) }
  })
}

/** Returns the work on the numbers of members. Each room's is kept once per batch, however many join and leave. */
function countWorks(records: readonly DynamoDBRecord[], failed: Set<string>): Work[] {
  return grouped(records, failed, movesOf, ({ chatRoomId }) => chatRoomId).map(({ read, records }) => {
    const sum = (count: (moves: Moves) => number) => read.reduce((all, moves) => all + count(moves), 0)
    const moves = { chatRoomId: read[0].chatRoomId, joined: sum(({ joined }) => joined), left: sum(({ left }) => left) }
    return { records, what: 'member count', run: () => keepMemberCount(moves, Date.now()) }
  })
}

/** Reads the records that mean something, and groups them. A record that can't be read fails alone. */
function grouped<T>(
  records: readonly DynamoDBRecord[],
  failed: Set<string>,
  readOne: (record: DynamoDBRecord) => T | undefined,
  keyOf: (read: T) => string,
): { read: [T, ...T[]]; records: DynamoDBRecord[] }[] {
  const groups = new Map<string, { read: [T, ...T[]]; records: DynamoDBRecord[] }>()
  for (const record of records) {
    const [one] = readable(record, failed, () => [readOne(record)])
    if (one === undefined) continue
    const group = groups.get(keyOf(one))
    group?.read.push(one)
    group?.records.push(record)
    if (group === undefined) groups.set(keyOf(one), { read: [one], records: [record] })
  }
  return [...groups.values()]
}

/** Reads a record. If that fails, only this record fails. */
function readable<T>(record: DynamoDBRecord, failed: Set<string>, read: () => T[]): T[] {
  try {
    return read()
  } catch (error) {
    fail(record, 'record', error, failed)
    return []
  }
}

async function follow({ records, what, run }: Work, failed: Set<string>): Promise<void> {
  try {
    await run()
  } catch (error) {
    for (const record of records) fail(record, what, error, failed)
  }
}

function fail(record: DynamoDBRecord, what: string, error: unknown, failed: Set<string>): void {
  const sequenceNumber = sequenceNumberOf(record)
  failed.add(sequenceNumber)
  logger.error('record failed', { sequenceNumber, what, error: error as Error })
}
