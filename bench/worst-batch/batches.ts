import type { DynamoDBRecord } from 'aws-lambda'
import {
  clock,
  each,
  edit,
  gateway,
  member,
  message,
  recordOf,
  requestCount,
  reset,
  room,
  run,
  streamHandler,
} from './stubs.ts'

const OTHERS = 499
const POST_MS = 10

const user = (i: number) => `user-${String(i)}`
const inRoom = (i: number) => `room-${String(i % 5)}`

/** What somebody can fill a batch with, before a message of others. */
export const batches: Record<string, () => DynamoDBRecord[]> = {
  'nothing else': () => [],
  'first members of 5 other rooms': () => each(OTHERS, (i) => member('INSERT', inRoom(i), user(i), true)),
  'members of 5 deleted rooms': () => each(OTHERS, (i) => member('REMOVE', inRoom(i), user(i))),
  'members who joined 5 other rooms': () => each(OTHERS, (i) => member('INSERT', inRoom(i), user(i))),
  'members who joined the same room': () => each(OTHERS, (i) => member('INSERT', 'watched', user(i))),
  'an edit in each of 499 other rooms': () => each(OTHERS, (i) => edit(message(`edited-${String(i)}`))),
  '10 other rooms with 90 members to be added': () =>
    each(10, (i) => recordOf('INSERT', room(`new-${String(i)}`, { setup: 'pending', pendingMembers: each(90, user) }))),
}

/**
 * Returns what the message behind the records waits for: requests and ms before its post, then requests and ms of the
 * whole batch.
 */
export async function measure(what: string): Promise<number[]> {
  const subscriptions = (chatRoomId: string) => (chatRoomId === 'watched' ? 1 : 0)
  reset({ requestMs: () => 5, postMs: () => POST_MS, subscriptions, sessions: () => 0 })
  const Records = batches[what]!()
  if (Records.length > 0 && !what.includes('deleted')) for (let i = 0; i < 5; i++) recordOf('INSERT', room(inRoom(i)))
  Records.push(recordOf('INSERT', message('watched')))
  let posted: number[] | undefined
  const post = gateway(() => {})
  const handler = streamHandler((connectionId, frame, ...more) => {
    if (Buffer.from(frame).includes('"event":"message"')) posted ??= [requestCount(), clock()]
    return post(connectionId, frame, ...more)
  })
  const { batchItemFailures } = await run(handler({ Records }))
  if (batchItemFailures.length > 0 || posted === undefined) throw new Error('unable to measure; records failed')
  return [...posted, requestCount(), clock()]
}
