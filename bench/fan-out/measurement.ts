import { setTimeout as delay } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Contender, Room } from './runner.ts'
import type { GatewayCalls } from './gateway.ts'
import { contentOf } from './message.ts'
import type { ReceiverCalls } from './receivers.ts'
import { seen } from './proc.ts'
import type { Child } from '../shared/rpc.ts'
import type { Table } from './table.ts'

/** How fast messages are sent, and how many. */
export interface Pace {
  perSecond: number
  messages: number
  /** A cell is cut short so long after its last send. */
  graceMs: number
}

/** What one way did with one pace in one room, once. */
export interface Round {
  /** Every event was at every receiver before the cell was cut short. */
  complete: boolean
  messages: number
  events: number
  repeats: number
  /** Sends whose function failed. */
  failedSends: number
  /** From the first send to the last event, or to the end of the cell when it was cut short. */
  elapsedMs: number
  /** From the last send to the same. */
  tailMs: number
  p50Ms: number | null
  p99Ms: number | null
  /** Of the way's own process: functions, signing, sockets; not of the gateway, the table or the receivers. */
  cpuMs: number | null
  /** The most that was resident in it since it started. */
  peakMiB: number | null
  /** What AWS would bill; of a cell that was cut short it is unknown. */
  used: Used | null
}

export interface Used {
  reads: number
  writes: number
  invocations: number
  posts: number
  /** The posts as API Gateway meters them. */
  metered: number
  postedBytes: number
}

interface Stage {
  gateway: Child<GatewayCalls>
  receivers: Child<ReceiverCalls>
  table: Pick<Table, 'rested'>
}

let cells = 0

/** Sends at a pace and waits for every event; what a cell that is cut short has under way is dropped. */
export async function measureCell(stage: Stage, contender: Contender, room: Room, pace: Pace): Promise<Round> {
  const { gateway, receivers } = stage
  const { perSecond, messages, graceMs } = pace
  const number = ++cells
  await receivers.call('begin', { number, messages, receivers: room.members.length })
  const before = await readings(gateway, contender)
  const seenBefore = seen(contender.pid)
  const completed = receivers.call('complete', { withinMs: ((messages - 1) * 1_000) / perSecond + graceMs })
  const sending = await sendAll(contender, room, number, pace)

  const complete = await completed
  if (complete) {
    await sending.answered
    await contender.settled()
    const after = await readings(gateway, contender)
    const { lastAt, ...received } = await receivers.call('received')
    return {
      complete,
      messages,
      ...received,
      ...sending.upTo(lastAt),
      cpuMs: after.way.cpuMs - before.way.cpuMs,
      peakMiB: after.way.peakMiB,
      used: usedBetween(before, after),
    }
  }
  const seenAfter = seen(contender.pid)
  const { lastAt: _, ...received } = await receivers.call('received')
  const times = sending.upTo(now())
  await contender.drop()
  await gateway.call('drained')
  await stage.table.rested()
  return {
    complete,
    messages,
    ...received,
    ...times,
    cpuMs: seenBefore && seenAfter && seenAfter.cpuMs - seenBefore.cpuMs,
    peakMiB: seenAfter && seenAfter.peakMiB,
    used: null,
  }
}

interface Sending {
  /** Resolves when every function behind a send has answered. */
  answered: Promise<unknown>
  upTo(endedAt: number): Pick<Round, 'elapsedMs' | 'tailMs' | 'failedSends'>
}

/** Answers when the last message is sent, whether or not the first is answered. */
async function sendAll(
  contender: Contender,
  room: Room,
  cell: number,
  { perSecond, messages }: Pace,
): Promise<Sending> {
  const startedAt = now()
  let lastSentAt = startedAt
  let failedSends = 0
  const sends: Promise<void>[] = []
  for (let index = 0; index < messages; index++) {
    await delay(Math.max(0, startedAt + (index * 1_000) / perSecond - now()))
    lastSentAt = now()
    const sent = contender.send(room, contentOf(cell, index, lastSentAt)).catch(() => {
      failedSends++
    })
    sends.push(sent)
  }
  return {
    answered: Promise.all(sends),
    upTo: (endedAt) => ({ elapsedMs: endedAt - startedAt, tailMs: endedAt - lastSentAt, failedSends }),
  }
}

const readings = async (gateway: Child<GatewayCalls>, contender: Contender) => ({
  way: await contender.usage(),
  taken: await gateway.call('usage'),
})
type Readings = Awaited<ReturnType<typeof readings>>

const usedBetween = (before: Readings, after: Readings): Used => ({
  reads: after.way.reads - before.way.reads,
  writes: after.way.writes - before.way.writes,
  invocations: after.way.invocations - before.way.invocations,
  posts: after.taken.posts - before.taken.posts,
  metered: after.taken.metered - before.taken.metered,
  postedBytes: after.taken.bytes - before.taken.bytes,
})
