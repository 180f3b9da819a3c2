/**
 * Measures whether the cost of a message depends only on the number of its recipients, and the cost of a batch only on
 * the number of its rooms.
 */
import { randomBytes } from 'node:crypto'
import type { DynamoDBRecord } from 'aws-lambda'
import { dollarsFor } from '../../scripts/costs/usage.ts'
import type { PostingServerCalls } from '../shared/posting-server.ts'
import type { Child } from '../shared/rpc.ts'
import { median } from '../shared/statistics.ts'
import { contentOf } from './message.ts'
import type { Processes } from './processes.ts'
import { Stream } from './stream.ts'
import type { Table } from './table.ts'
import type { Member, VariantCalls } from './variants/serve.ts'

export interface GrowthPlan {
  /** Messages are sent one by one to rooms of these sizes. */
  rooms: { connections: number; messages: number }[]
  /** Sizes of batches. Each batch has one message for each of so many rooms. */
  batches: number[]
  connectionsPerRoom: number
  /** Batches of each size. */
  repeats: number
}

interface MeasuredCost {
  cpuMs: number
  reads: number
  writes: number
  dollars: number
}

export interface Growth {
  /** Cost of a message, with its write and its fan-out: medians over the messages. */
  byRoom: ({ connections: number; messages: number } & MeasuredCost)[]
  connectionsPerRoom: number
  /** Cost of a batch, with its fan-out only: medians over the repeats. */
  byBatch: ({ rooms: number; repeats: number } & MeasuredCost)[]
}

/** Rows that one call to the process writes. */
const SEEDED_AT_ONCE = 10_000
/** The client's frame and the reply to it. */
const FRAMES = 2
const WARM_UP = 100

export async function measureGrowth(plan: GrowthPlan, processes: Processes, table: Table): Promise<Growth> {
  const gateway = processes.start<PostingServerCalls>('postingServer')
  const endpoint = await gateway.call('listen')
  const environment = { ...table.environment, CONNECTIONS_ENDPOINT: endpoint }
  const seeder = processes.start<VariantCalls>('tabletalk', environment)
  for (const { connections } of plan.rooms) await seed(seeder, roomOf(connections), connections)
  for (let i = 0; i < Math.max(...plan.batches); i++) await seed(seeder, batchRoom(i), plan.connectionsPerRoom)
  await seeder.end()

  const functions = processes.start<VariantCalls>('tabletalk', environment)
  const stream = await Stream.open(table)
  const meter = new Meter(functions, gateway)
  try {
    const byRoom = await measureRooms(plan, { functions, stream, meter })
    const byBatch = await measureBatches(plan, { functions, stream, meter })
    return { byRoom, connectionsPerRoom: plan.connectionsPerRoom, byBatch }
  } finally {
    await stream.close()
    await Promise.all([functions.end(), gateway.end()])
  }
}

interface Rig {
  functions: Child<VariantCalls>
  stream: Stream
  meter: Meter
}

async function measureRooms({ rooms }: GrowthPlan, { functions, stream, meter }: Rig): Promise<Growth['byRoom']> {
  stream.deliverTo((event) => functions.call('work', event))
  const send = async (chatRoomId: string) => {
    await functions.call('send', { chatRoomId, content: contentOf(0, 0, Date.now()) })
    await stream.idle()
  }
  for (let i = 0; i < WARM_UP; i++) await send(roomOf(rooms[0]!.connections))
  const byRoom: Growth['byRoom'] = []
  for (const { connections, messages } of rooms) {
    const costs: MeasuredCost[] = []
    for (let i = 0; i < messages; i++) {
      costs.push(await meter.costOf(() => send(roomOf(connections)), { posts: connections, frames: FRAMES }))
    }
    byRoom.push({ connections, messages, ...medianOf(costs) })
  }
  return byRoom
}

async function measureBatches(plan: GrowthPlan, { functions, stream, meter }: Rig): Promise<Growth['byBatch']> {
  const records: DynamoDBRecord[] = []
  stream.deliverTo(async ({ Records }) => {
    records.push(...Records)
    return { batchItemFailures: [] }
  })
  for (let i = 0; i < Math.max(...plan.batches); i++) {
    await functions.call('send', { chatRoomId: batchRoom(i), content: contentOf(0, i, Date.now()) })
  }
  await stream.idle()

  const byBatch: Growth['byBatch'] = []
  for (const rooms of plan.batches) {
    const event = { Records: records.slice(0, rooms) }
    const costs: MeasuredCost[] = []
    for (let repeat = 0; repeat < plan.repeats; repeat++) {
      const posts = rooms * plan.connectionsPerRoom
      costs.push(await meter.costOf(() => functions.call('work', event), { posts, frames: 0 }))
    }
    byBatch.push({ rooms, repeats: plan.repeats, ...medianOf(costs) })
  }
  return byBatch
}

class Meter {
  constructor(
    private readonly functions: Child<VariantCalls>,
    private readonly gateway: Child<PostingServerCalls>,
  ) {}

  /** @throws Error if the number of posts is not the expected one */
  async costOf(work: () => Promise<unknown>, expected: { posts: number; frames: number }): Promise<MeasuredCost> {
    const before = await this.#read()
    await work()
    const after = await this.#read()
    const posts = after.posted.posts - before.posted.posts
    if (posts !== expected.posts) {
      throw new Error(`unable to measure; there were ${String(posts)} posts instead of ${String(expected.posts)}`)
    }
    const cpuMs = after.usage.cpuMs - before.usage.cpuMs
    const reads = after.usage.reads - before.usage.reads
    const writes = after.usage.writes - before.usage.writes
    const dollars = dollarsFor({
      frames: expected.frames,
      posts,
      bytesOut: after.posted.bytes - before.posted.bytes,
      reads,
      writes,
      invocations: after.usage.invocations - before.usage.invocations,
      cpuSeconds: cpuMs / 1_000,
    })
    return { cpuMs, reads, writes, dollars }
  }

  async #read() {
    return { usage: await this.functions.call('usage'), posted: await this.gateway.call('posted') }
  }
}

const medianOf = (costs: readonly MeasuredCost[]): MeasuredCost => ({
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
  reads: median(costs.map(({ reads }) => reads)),
  writes: median(costs.map(({ writes }) => writes)),
  dollars: median(costs.map(({ dollars }) => dollars)),
})

const roomOf = (connections: number) => `growth-${String(connections)}`
const batchRoom = (i: number) => `batch-${String(i)}`

async function seed(seeder: Child<VariantCalls>, chatRoomId: string, connections: number): Promise<void> {
  for (let done = 0; done < connections; done += SEEDED_AT_ONCE) {
    const members = Array.from({ length: Math.min(SEEDED_AT_ONCE, connections - done) }, (_, i): Member => ({
      connectionId: randomBytes(11).toString('base64'),
      userId: `user-${String(done + i)}`,
    }))
    await seeder.call('seed', { chatRoomId, members })
  }
}
