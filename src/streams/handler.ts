import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { required, url } from '../env.ts'
import { logger } from '../logger.ts'
import { type Change, changeOf, type PresenceChanged, type SessionChanged } from './changes.ts'
import type { Delivery, FanOutReport } from '../delivery/delivery.ts'
import { countPosts } from '../delivery/count-posts.ts'
import { fanOut } from '../delivery/fan-out.ts'
import { CoalescingWindow, windowOf } from './coalescing-window.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { traceOf } from '../files/message-event.ts'
import { closeAt, postTo } from '../delivery/posting/post.ts'
import type { CloseConnection, PostFrame } from '../delivery/posting/post-frame.ts'
import { BatchCache } from './batch-cache.ts'
import { batchResponse, sequenceNumberOf } from './batch-response.ts'
import { FailedRecords } from './failed-records.ts'
import { type ChangeRecord, logChanges } from './log-changes.ts'
import { mergeMoves } from './merge-moves.ts'
import { react, type Reactive } from './reactions.ts'
import type { Recorded } from './recorded.ts'
import { byMessage, type ReactionRecord, reactorsOf, rollUp } from './roll-ups.ts'
import { RoomClasses } from './room-classes.ts'
import { tellOnline } from './tell-online.ts'
import { tellPresence } from './tell-presence.ts'
import { type Hurried, type Turn, turnsOf, type Unhurried } from './turns.ts'
import { reportFailures } from '../delivery/report-failures.ts'
import { sayGoodbye } from '../delivery/say-goodbye.ts'

const REACTIONS_AT_ONCE = 64
const CLOSES_AT_ONCE = 16

/**
 * Returns the stream function, which turns the records of the table's stream into posts.
 *
 * It returns the records that must be redelivered as `batchItemFailures`. Lambda retries from the lowest of them, so
 * the records after it are redelivered too, and clients drop repeated messages by `(chatRoomId, seq)`. A record fails
 * when it cannot be read, when its access to the table failed, or, for tasks only, when there was no time for it. It
 * never fails because a recipient cannot be reached. Under pressure the function returns later than it could, see
 * `CoalescingWindow`.
 *
 * @throws Error when the first of several records failed, because Lambda then halves the batch
 */
export function streamHandler(
  post: PostFrame,
  window = new CoalescingWindow(windowOf()),
  close: CloseConnection = closesNothing,
) {
  const classes = new RoomClasses()
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const startedAt = Date.now()
    const failed = new FailedRecords(event.Records)
    const { hurried, raised, reactions, afterPosts, comings, last } = changesOf(event.Records, failed)
    const batch = { cache: new BatchCache(usersOf(hurried)), failed, startedAt, post }
    const reactedTo = byMessage(reactions)
    const [posted] = await Promise.all([
      postTurns(turnsOf(hurried, raised), batch),
      rollUp(reactedTo, (records, error) => {
        for (const { sequenceNumber } of records) failed.fail(sequenceNumber, 'reactionChanged', error)
      }),
    ])
    const urgent = new Map(posted.flatMap(({ deliveries }) => [...deliveries]))
    const others = new Map([...(await reactTo(afterPosts, batch)), ...(await tellComings(comings, failed))])
    const reports = posted.map(({ report }) => report)
    if (others.size > 0 || reports.length === 0) reports.push(await fanOut([...others.keys()], post, startedAt))
    await closeAll(last, { post, close }, failed)
    const recordOf = new Map([...urgent, ...others])
    for (const { chatRoomId, deliveries, error } of reports.flatMap(({ unread }) => unread)) {
      for (const delivery of deliveries) failed.add(recordOf.get(delivery)!)
      logger.error('room unread', { chatRoomId, error: error as Error })
    }
    for (const report of reports) reportFailures(report)
    for (const [n, report] of reports.entries()) countPosts(report, n === 0 ? failed.size : 0)
    for (const delivery of reports.flatMap(({ postponed }) => postponed)) failed.add(recordOf.get(delivery)!)
    await noteClasses(classes, reports)
    logger.debug('batch posted', { ms: Date.now() - startedAt, traceIds: tracesOf(recordOf.keys()) })
    const response = batchResponse(event.Records, failed)
    const recipients = Math.max(...reports.map(({ recipients }) => recipients))
    const reacted = { reactions: reactions.length, reactors: reactorsOf(reactedTo) }
    await window.hold(startedAt, [...urgent.keys()], { ...reacted, recipients })
    return response
  }
}

const tracesOf = (deliveries: Iterable<Delivery>): string[] => [
  ...new Set([...deliveries].flatMap(({ event }) => traceOf(event) ?? [])),
]

const closesNothing: CloseConnection = () => Promise.reject(new Error('unable to close; no gateway was given'))

type Close = Extract<Change, { type: 'closeRequested' }>

/**
 * Sorts the changes that the records mean, each list in the order of the records: changes handled one by one, changes
 * for the rooms' change logs, reactions, changes that wait until the batch is posted, presence and sessions, and the
 * connections to close. Adds records that cannot be read to `failed`.
 */
function changesOf(records: readonly DynamoDBRecord[], failed: FailedRecords) {
  const hurried: Recorded<Hurried>[] = []
  const raised: ChangeRecord[] = []
  const reactions: ReactionRecord[] = []
  const afterPosts: Recorded<Unhurried>[] = []
  const comings: Recorded<PresenceChanged | SessionChanged>[] = []
  const last: Recorded<Close>[] = []
  for (const record of records) {
    const sequenceNumber = sequenceNumberOf(record)
    try {
      const change = changeOf(record)
      if (change === undefined) continue
      if (change.type === 'closeRequested') last.push({ sequenceNumber, change })
      else if (change.type === 'versionRaised') raised.push({ sequenceNumber, ...change })
      else if (change.type === 'reactionChanged') reactions.push({ sequenceNumber, ...change })
      else if (change.type === 'presenceChanged' || change.type === 'sessionChanged')
        comings.push({ sequenceNumber, change })
      else if (isUnhurried(change)) afterPosts.push({ sequenceNumber, change })
      else hurried.push({ sequenceNumber, change })
    } catch (error) {
      failed.fail(sequenceNumber, record.eventName, error)
    }
  }
  return { hurried, raised, reactions, afterPosts: mergeMoves(afterPosts), comings, last }
}

/** Returns the users whose memberships have begun or ended, by room. */
function usersOf(changes: readonly Recorded<Hurried>[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>()
  for (const { change } of changes) {
    if (change.type !== 'memberAdded' && change.type !== 'memberRemoved') continue
    const { chatRoomId, userId } = change.membership
    users.set(chatRoomId, (users.get(chatRoomId) ?? new Set()).add(userId))
  }
  return users
}

/** Whether a change may wait until the messages are posted: the end of a connection, and a read marker. */
const isUnhurried = (change: Reactive): change is Unhurried =>
  change.type === 'connectionRemoved' || change.type === 'markerMoved'

/** What all steps of a batch share. */
interface Batch {
  cache: BatchCache
  failed: FailedRecords
  startedAt: number
  post: PostFrame
}

/** What a turn has posted: the deliveries in the order of their records, each with its record's sequence number. */
interface PostedTurn {
  deliveries: ReadonlyMap<Delivery, string>
  report: FanOutReport
}

/**
 * Prepares one turn after the other. Each turn is posted as soon as it is prepared, and the next turn doesn't wait for
 * its posts. The turns share the places for posts evenly, because a room must not wait for the recipients of others.
 */
async function postTurns(
  [turn, ...later]: readonly Turn[],
  batch: Batch,
  turns = later.length + 1,
): Promise<PostedTurn[]> {
  if (turn === undefined) return []
  const reacted = await reactTo(turn.reactive, batch)
  const changed = await logChanges(turn.raised, (records, error) => {
    for (const { sequenceNumber } of records) batch.failed.fail(sequenceNumber, 'versionRaised', error)
  })
  const deliveries = new Map([...reacted, ...changed])
  const [report, others] = await Promise.all([
    fanOut([...deliveries.keys()], batch.post, batch.startedAt, 1 / turns),
    postTurns(later, batch, turns),
  ])
  return [{ deliveries, report }, ...others]
}

/**
 * Reacts to changes, before anything of their turn is posted, so that a user who joined in the batch is subscribed by
 * then. Returns the deliveries in the order of their records, each with its record's sequence number.
 */
async function reactTo(
  changes: readonly Recorded<Reactive>[],
  { cache, failed }: Batch,
): Promise<ReadonlyMap<Delivery, string>> {
  const deliveries = new Map<string, Delivery[]>()
  await forEachLimited(changes, REACTIONS_AT_ONCE, async ({ sequenceNumber, change }) => {
    try {
      deliveries.set(sequenceNumber, await react(change, cache))
    } catch (error) {
      failed.fail(sequenceNumber, change.type, error)
    }
  })
  return new Map(
    changes.flatMap(({ sequenceNumber }) =>
      (deliveries.get(sequenceNumber) ?? []).map((delivery) => [delivery, sequenceNumber] as const),
    ),
  )
}

/** Reports who is present and who is online. Returns the deliveries, each with its record's sequence number. */
async function tellComings(
  comings: readonly Recorded<PresenceChanged | SessionChanged>[],
  failed: FailedRecords,
): Promise<ReadonlyMap<Delivery, string>> {
  const fail = (records: readonly Recorded[], error: unknown) => {
    for (const { sequenceNumber, change } of records) failed.fail(sequenceNumber, change.type, error)
  }
  const isOf = <T extends Change['type']>(type: T) => {
    return (one: Recorded): one is Recorded<Extract<Change, { type: T }>> => one.change.type === type
  }
  const [present, online] = await Promise.all([
    tellPresence(comings.filter(isOf('presenceChanged')), fail),
    tellOnline(comings.filter(isOf('sessionChanged')), fail),
  ])
  return new Map([...present, ...online])
}

/** Closes the connections that backends asked to close, after the batch's events for them have been posted. */
async function closeAll(
  closes: readonly Recorded<Close>[],
  gateway: Parameters<typeof sayGoodbye>[1],
  failed: FailedRecords,
): Promise<void> {
  await forEachLimited(closes, CLOSES_AT_ONCE, async ({ sequenceNumber, change: { type, connection } }) => {
    try {
      await sayGoodbye(connection, gateway)
    } catch (error) {
      failed.fail(sequenceNumber, type, error)
    }
  })
}

/** Stores the sizes of rooms. No record fails over it, because the next message shows the size again. */
async function noteClasses(classes: RoomClasses, reports: readonly FanOutReport[]): Promise<void> {
  try {
    for (const report of reports) await classes.note(report.sizes)
  } catch (error) {
    logger.warn('size not noted', { error: error as Error })
  }
}

const endpoint = required('CONNECTIONS_ENDPOINT', url)

export const handler = streamHandler(postTo(endpoint), undefined, closeAt(endpoint))
