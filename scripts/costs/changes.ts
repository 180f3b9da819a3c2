import { unitsOf } from './measured.ts'
import { ASSUMED, PRICES, SUBSCRIPTION_BYTES } from './model.ts'

/** What a user does, and the measured rows of `docs/data-model.md` that it causes. */
interface Doing {
  name: string
  /** Dollars a million in a room of 10 that the design computed before anything was built. Left out: it did not. */
  designed?: number
  /** The action and what follows it. */
  rows: readonly string[]
  /** What the stream function does once for all doings of a batch, and how many of them are in the batch. */
  inBatch: { rows: readonly string[]; of: number }
  /** Whether the connection that asked gets the event too. */
  toAll: boolean
}

const MESSAGE = 'the stream: 1 message, room of 2 connections'
const CHANGE = 'the stream: a message changed, room of 2 connections'

export const DOINGS: readonly Doing[] = [
  {
    name: '`sendMessage`',
    designed: 12.5,
    rows: ['`sendMessage`, room of 2 connections'],
    inBatch: one(MESSAGE),
    toAll: false,
  },
  {
    name: '… a reply in a thread',
    designed: 14.76,
    rows: ['`sendMessage`, a reply in a thread', 'the follow-ups: 1 reply in a thread'],
    inBatch: one(MESSAGE),
    toAll: false,
  },
  {
    name: '… that mentions a member',
    rows: ['`sendMessage`, room of 2 connections', 'the follow-ups: 1 member mentioned'],
    inBatch: one(MESSAGE),
    toAll: false,
  },
  { name: '`editMessage`', designed: 16.25, rows: ['`editMessage`'], inBatch: one(CHANGE), toAll: true },
  { name: '`deleteMessage`', designed: 16.25, rows: ['`deleteMessage`'], inBatch: one(CHANGE), toAll: true },
  {
    name: '`addReaction`',
    designed: 17.13,
    rows: ['`addReaction`'],
    inBatch: one('the stream: 1 reaction', CHANGE),
    toAll: true,
  },
  {
    name: '… 20 in a batch, each',
    designed: 3.59,
    rows: ['`addReaction`'],
    inBatch: { rows: ['the stream: 20 reactions to one message', CHANGE], of: 20 },
    toAll: true,
  },
]

function one(...rows: string[]) {
  return { rows, of: 1 }
}

/** Dollars for a million. Without Lambda and logs, which cost some $2 for each doing that comes alone. */
export interface DoingCost {
  frames: number
  writes: number
  /** With the recipients, who are read once in a batch. */
  reads: number
  /** With the data out. */
  posts: number
}

/**
 * Returns what a million of a doing costs.
 *
 * @param connections connections in the room, including that of the user who does it
 * @throws Error when the document has no row of that name
 */
export function costOfDoing(
  { rows, inBatch, toAll }: Doing,
  connections: number,
  units?: Parameters<typeof unitsOf>[1],
): DoingCost {
  const [alone, together] = [unitsOf(rows, units), unitsOf(inBatch.rows, units)]
  // The measured batches were in rooms of 2 connections, whose subscriptions take 1 unit.
  const moreReads = Math.ceil((connections * SUBSCRIPTION_BYTES) / 4_096) - 1
  const posts = (connections - (toAll ? 0 : 1)) / inBatch.of
  return {
    frames: 2e6 * PRICES.frame,
    writes: 1e6 * (alone.writes + together.writes / inBatch.of) * PRICES.writeUnit,
    reads: 1e6 * (alone.reads + (together.reads + moreReads) / inBatch.of) * PRICES.readUnit,
    posts: 1e6 * posts * (PRICES.frame + (ASSUMED.eventBytes / 2 ** 30) * PRICES.outGigabyte),
  }
}
