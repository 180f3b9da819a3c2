import type { DynamoDBRecord } from 'aws-lambda'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import type { PostFault } from '../../local/gateway/faults.ts'
import { entitiesOf } from '../support/entities.ts'
import { quietLog } from '../support/quiet-log.ts'
import { startChat } from '../support/runtime.ts'
import { thorough } from '../support/thorough.ts'
import { type Scenario, scenario, Stage } from './scenario.ts'

/** `CHAT_SEED=17` runs only that seed. */
const { CHAT_SEED } = process.env
const count = thorough ? 200 : 40
const seeds = CHAT_SEED === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(CHAT_SEED)]

/** By room: returns what happens to the next post of the room. */
const fates = new Map<string, () => PostFault>()
let batches = 0

// Not `useChat`, which would end the faults of all scenarios when the first of them finishes.
const chat = await startChat({ mappingFaults: { onBatch: disturbed }, log: quietLog })
afterAll(() => chat.close())
chat.gateway.faults.onPost = ({ body }) => {
  const { events } = JSON.parse(body.toString()) as EventsFrame
  const [event] = events
  return (event && 'chatRoomId' in event && fates.get(event.chatRoomId)?.()) || {}
}
const entities = await entitiesOf(chat)

/** Duplicates every fifth batch of the stream, and reverses every seventh. */
function disturbed(records: DynamoDBRecord[]): DynamoDBRecord[] {
  batches++
  if (batches % 5 === 0) return [...records, ...records]
  return batches % 7 === 0 ? records.toReversed() : records
}

async function play({ steps, fates: cycle }: Scenario): Promise<void> {
  const stage = new Stage(chat)
  let posts = 0
  for (const id of stage.rooms) fates.set(id, () => cycle[posts++ % cycle.length]!)
  try {
    await stage.open()
    await stage.play(steps)
    for (const id of stage.rooms) fates.delete(id)
    await stage.settle()
    for (const [i, id] of stage.rooms.entries()) {
      const stored = await storedIn(id)
      for (const view of stage.views) expect(view[i]!.map(placed)).toEqual(stored.map(placed))
      expect(new Set(stored.map(({ content }) => content)).size).toBe(stored.length)
    }
    const said = stage.outgoing.length + stage.rooms.length
    expect(stage.views[0]!.flat()).toHaveLength(said)
    expect(stage.outgoing.map(({ state }) => state)).toEqual(stage.outgoing.map(() => 'sent'))
  } finally {
    stage.close()
  }
}

interface Placed {
  content: string
  senderId: string
  messageId: string
}

const placed = ({ messageId, senderId, content }: Placed) => `${messageId} ${senderId}: ${content}`

async function storedIn(chatRoomId: string): Promise<Placed[]> {
  const all = { first: 1, last: 1_000_000, order: 'asc', limit: 1_000 } as const
  return (await entities.messagesBetween(chatRoomId, all)).rows.filter(({ kind }) => kind !== 'hole')
}

test.concurrent.for(seeds)(
  'whatever happens to sockets, posts and the stream, each member sees each message of its rooms once and in order: seed %i',
  async (seed) => {
    await fc.assert(fc.asyncProperty(scenario, play), { seed, numRuns: 1, endOnFailure: true })
  },
)
