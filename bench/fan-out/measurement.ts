import { setTimeout as delay } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Runner, Room } from './runner.ts'
import type { GatewayCalls } from './gateway.ts'
import { contentOf } from './message.ts'
import type { ReceiverCalls } from './receivers.ts'
import { seen } from './proc.ts'
import type { Child } from '../shared/rpc.ts'
import type { Table } from './table.ts'

/** How fast messages are sent, and how many. */
export interface Rate {
  perSecond: number
  messages: number
  /** A round is cut short so long after its last send. */
  graceMs: number
}

/** What one variant did with one rate in one room, once. */
export interface Round {
  /** Every event was at every receiver before the round was cut short. */
  complete: boolean
  messages: number
  events: number
  repeats: number
  /** Sends whose function failed. */
  failedSends: number
  /** From the first send to the last event, or to the end of the round when it was cut short. */
  elapsedMs: number
  /** From the last send to the same. */
  tailMs: number
  p50Ms: number | null
  p99Ms: number | null
  /** Of the variant's own process: functions, signing, sockets; not of the gateway, the table or the receivers. */
  cpuMs: number | null
  /** The most that was resident in it since it started. */
  peakMiB: number | null
  /** What AWS would bill; of a round that was cut short it is unknown. */
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

interface Rig {
  gateway: Child<GatewayCalls>
  receivers: Child<ReceiverCalls>
  table: Pick<Table, 'rested'>
}

let rounds = 0

/** Sends at a rate and waits for every event; what a round that is cut short has under way is dropped. */
export async function measureRound(rig: Rig, runner: Runner, room: Room, rate: Rate): Promise<Round> {
  const { gateway, receivers } = rig
  const { perSecond, messages, graceMs } = rate
  const number = ++rounds
  await receivers.call('begin', { number, messages, receivers: room.members.length })
  const before = await readings(gateway, runner)
  const seenBefore = seen(runner.pid)
  const completed = receivers.call('complete', { withinMs: ((messages - 1) * 1_000) / perSecond + graceMs })
  const sending = await sendAll(runner, room, number, rate)

  const complete = await completed
  if (complete) {
    await sending.answered
    await runner.settled()
    const after = await readings(gateway, runner)
    const { lastAt, ...received } = await receivers.call('received')
    return {
      complete,
      messages,
      ...received,
      ...sending.upTo(lastAt),
      cpuMs: after.variant.cpuMs - before.variant.cpuMs,
      peakMiB: after.variant.peakMiB,
      used: usedBetween(before, after),
    }
  }
  const seenAfter = seen(runner.pid)
  const { lastAt: _, ...received } = await receivers.call('received')
  const times = sending.upTo(now())
  await runner.drop()
  await gateway.call('drained')
  await rig.table.rested()
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
async function sendAll(runner: Runner, room: Room, round: number, { perSecond, messages }: Rate): Promise<Sending> {
  const startedAt = now()
  let lastSentAt = startedAt
  let failedSends = 0
  const sends: Promise<void>[] = []
  for (let index = 0; index < messages; index++) {
    await delay(Math.max(0, startedAt + (index * 1_000) / perSecond - now()))
    lastSentAt = now()
    const sent = runner.send(room, contentOf(round, index, lastSentAt)).catch(() => {
      failedSends++
    })
    sends.push(sent)
  }
  return {
    answered: Promise.all(sends),
    upTo: (endedAt) => ({ elapsedMs: endedAt - startedAt, tailMs: endedAt - lastSentAt, failedSends }),
  }
}

const readings = async (gateway: Child<GatewayCalls>, runner: Runner) => ({
  variant: await runner.usage(),
  taken: await gateway.call('usage'),
})
type Readings = Awaited<ReturnType<typeof readings>>

const usedBetween = (before: Readings, after: Readings): Used => ({
  reads: after.variant.reads - before.variant.reads,
  writes: after.variant.writes - before.variant.writes,
  invocations: after.variant.invocations - before.variant.invocations,
  posts: after.taken.posts - before.taken.posts,
  metered: after.taken.metered - before.taken.metered,
  postedBytes: after.taken.bytes - before.taken.bytes,
})
