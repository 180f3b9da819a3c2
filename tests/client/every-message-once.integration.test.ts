import type { DynamoDBRecord } from 'aws-lambda'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { MessageEvent } from '../../client/node.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import type { PostFault } from '../../local/gateway/faults.ts'
import { entitiesOf } from '../support/entities.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settledAfter, startChat } from '../support/runtime.ts'
import { thorough } from '../support/thorough.ts'
import { changing, type Scenario, talking } from './scenario.ts'
import { Stage } from './stage.ts'

/** `CHAT_SEED=17` runs only that seed. */
const { CHAT_SEED } = process.env
const seeds = (count: number) =>
  CHAT_SEED === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(CHAT_SEED)]

/** By room: returns what happens to the next post of the room. */
const fates = new Map<string, () => PostFault | Promise<PostFault>>()
let batches = 0

// Not `useChat`, which would end the faults of all scenarios when the first of them finishes.
const chat = await startChat({
  // Several scenarios crash the functions, so a batch of all of them may fail more often than one would.
  ...{ mapping: { maximumRetryAttempts: -1 }, followups: { maximumRetryAttempts: -1 } },
  mappingFaults: { onBatch: disturbed },
  log: quietLog,
})
afterAll(() => chat.close())
chat.gateway.faults.onPost = ({ body }) => {
  const { events } = JSON.parse(body.toString()) as EventsFrame
  const [event] = events
  return (event && 'chatRoomId' in event && fates.get(event.chatRoomId)?.()) || {}
}
const entities = await entitiesOf(chat)
const { everyReaction } = await import('../../src/entities/reaction.ts')

/** Duplicates every fifth batch of the stream, and reverses every seventh. */
function disturbed(records: DynamoDBRecord[]): DynamoDBRecord[] {
  batches++
  if (batches % 5 === 0) return [...records, ...records]
  return batches % 7 === 0 ? records.toReversed() : records
}

/** Plays a scenario to its end, and checks what came of it in each room. */
async function play({ steps, fates: cycle }: Scenario, check: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = new Stage(chat)
  let posts = 0
  const next = async () => ((await stage.crashed()) ? { status: 503 } : cycle[posts++ % cycle.length]!)
  for (const id of stage.rooms) fates.set(id, next)
  try {
    await stage.open()
    await stage.play(steps)
    for (const id of stage.rooms) fates.delete(id)
    await stage.settle()
    await check(stage)
    expect(stage.errors).toEqual([])
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

async function storedIn(chatRoomId: string) {
  const all = { first: 1, last: 1_000_000, order: 'asc', limit: 1_000 } as const
  return (await entities.messagesBetween(chatRoomId, all)).rows.filter(({ kind }) => kind !== 'hole')
}

test.concurrent.for(seeds(thorough ? 200 : 40))(
  'whatever happens to sockets, posts and the stream, each member sees each message of its rooms once and in order: seed %i',
  async (seed) => {
    const check = async (stage: Stage) => {
      await stage.heardTheEnd()
      for (const [i, id] of stage.rooms.entries()) {
        const stored = await storedIn(id)
        for (const view of stage.views) expect(view[i]!.map(placed)).toEqual(stored.map(placed))
        expect(new Set(stored.map(({ content }) => content)).size).toBe(stored.length)
      }
      const said = stage.outgoing.length + stage.rooms.length
      expect(stage.views[0]!.flat()).toHaveLength(said)
      expect(stage.outgoing.map(({ state }) => state)).toEqual(stage.outgoing.map(() => 'sent'))
    }
    const property = fc.asyncProperty(talking, (scenario) => play(scenario, check))
    await fc.assert(property, { seed, numRuns: 1, endOnFailure: true })
  },
)

type Shown = Pick<
  MessageEvent,
  'messageId' | 'senderId' | 'version' | 'content' | 'editedAt' | 'replyTo' | 'threadId' | 'inRoom' | 'reactions'
> & { kind: string; deleted?: MessageEvent['deleted'] }

/** What a client must show of a message, whether it was told of it or has read it. */
const facts = (message: Shown, replies: number, deletedAt = message.deleted?.at) => ({
  ...{ messageId: message.messageId, senderId: message.senderId, version: message.version ?? 0, replies, deletedAt },
  ...(deletedAt === undefined && {
    ...{ kind: message.kind, content: message.content, editedAt: message.editedAt, replyTo: message.replyTo },
    ...{ threadId: message.threadId, inRoom: message.inRoom },
    reactions: message.reactions ?? [],
  }),
})

/** What everybody must see of a room according to the rows of its messages. */
async function seenIn(chatRoomId: string) {
  const rows = await storedIn(chatRoomId)
  const there = rows.filter(({ kind }) => kind !== 'deleted')
  const repliesTo = (id: string) => there.filter(({ threadId }) => threadId === id)
  const shown = ({ deletedAt, ...row }: (typeof rows)[number]) =>
    facts(row as Shown, repliesTo(row.messageId).length, deletedAt)
  for (const { messageId, reactions = [] } of there) {
    const given = await everyReaction({ chatRoomId, messageId })
    for (const { reaction, count } of reactions) {
      expect(given.filter((one) => one.reaction === reaction)).toHaveLength(count)
    }
    expect(reactions.reduce((sum, { count }) => sum + count, 0)).toBe(given.length)
  }
  const inRoom = rows.filter(({ threadId, inRoom }) => threadId === undefined || inRoom)
  return {
    messages: inRoom.filter((row) => there.includes(row) || repliesTo(row.messageId).length > 0).map(shown),
    threads: Object.fromEntries(
      rows
        .filter(({ messageId }) => repliesTo(messageId).length > 0)
        .map(({ messageId }) => [messageId, repliesTo(messageId).map(shown)]),
    ),
  }
}

const seenBy = (stage: Stage, id: string) =>
  stage.shown(id).map(({ messages, threads }) => ({
    messages: messages.map((message) => facts(message, message.thread?.replies ?? 0)),
    threads: Object.fromEntries(
      Object.entries(threads).map(([root, replies]) => [root, replies.map((reply) => facts(reply, 0))]),
    ),
  }))

// Each takes about a second of CPU. `CHANGE_SEEDS=200` tries more of them.
test.concurrent.for(seeds(Number(process.env.CHANGE_SEEDS ?? (thorough ? 40 : 4))))(
  'and whoever edits, deletes, reacts, replies, leaves and is removed meanwhile, each client shows what the table has: seed %i',
  async (seed, { expect }) => {
    const check = async (stage: Stage) => {
      await settledAfter(chat)
      await stage.loadBeginning()
      for (const id of stage.rooms) {
        const seen = await seenIn(id)
        await expect.poll(() => seenBy(stage, id)).toEqual(stage.views.map(() => seen))
      }
    }
    const property = fc.asyncProperty(changing, (scenario) => play(scenario, check))
    await fc.assert(property, { seed, numRuns: 1, endOnFailure: true, unbiased: true })
  },
)
