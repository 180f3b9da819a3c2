import { setTimeout as delay } from 'node:timers/promises'
import type { Child } from '../shared/rpc.ts'
import { now } from './clock.ts'
import type { GatewayCalls } from './gateway.ts'
import { contentOf } from './message.ts'
import { processUsage } from './process-usage.ts'
import type { ReceiverCalls } from './receivers.ts'
import type { Room, Runner } from './runner.ts'
import type { Table } from './table.ts'

/** How fast and how many messages are sent. */
export interface Rate {
  perSecond: number
  messages: number
  /** Milliseconds after the last send when the round is cut short. */
  graceMs: number
}

/** One round: what one variant did at one rate in one room. */
export interface Round {
  /** Whether every receiver had every event before the round was cut short. */
  complete: boolean
  messages: number
  events: number
  repeats: number
  /** Sends whose function failed. */
  failedSends: number
  /** From the first send to the last event, or to the end of a round that was cut short. */
  elapsedMs: number
  /** From the last send to the same moment. */
  tailMs: number
  p50Ms: number | null
  p99Ms: number | null
  /**
   * CPU time of the variant's own process: functions, signing, sockets; not of the gateway, the table or the receivers.
   */
  cpuMs: number | null
  /** Peak resident memory of that process since it started. */
  peakMiB: number | null
  /** What AWS would bill. `null` if the round was cut short, because the amount is then unknown. */
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

/** What a round needs besides the runner that it measures. */
export interface Rig {
  gateway: Child<GatewayCalls>
  receivers: Child<ReceiverCalls>
  table: Pick<Table, 'rested'>
}

let rounds = 0

/** Sends at a rate and waits for every event. A round that is cut short drops the work that is still in flight. */
export async function measureRound(rig: Rig, runner: Runner, room: Room, rate: Rate): Promise<Round> {
  const { gateway, receivers } = rig
  const { perSecond, messages, graceMs } = rate
  const number = ++rounds
  await receivers.call('begin', { number, messages, receivers: room.members.length })
  const before = await readings(gateway, runner)
  const processBefore = processUsage(runner.pid)
  const completed = receivers.call('complete', { withinMs: ((messages - 1) * 1_000) / perSecond + graceMs })
  const sending = await sendAll(runner, room, number, rate)

  if (await completed) {
    await sending.answered
    await runner.settled()
    const after = await readings(gateway, runner)
    const { lastAt, ...received } = await receivers.call('received')
    return {
      complete: true,
      messages,
      ...received,
      ...sending.upTo(lastAt),
      cpuMs: after.variant.cpuMs - before.variant.cpuMs,
      peakMiB: after.variant.peakMiB,
      used: usedBetween(before, after),
    }
  }
  const processAfter = processUsage(runner.pid)
  const { lastAt: _, ...received } = await receivers.call('received')
  const times = sending.upTo(now())
  await runner.drop()
  await gateway.call('drained')
  await rig.table.rested()
  return {
    complete: false,
    messages,
    ...received,
    ...times,
    cpuMs: processBefore && processAfter && processAfter.cpuMs - processBefore.cpuMs,
    peakMiB: processAfter && processAfter.peakMiB,
    used: null,
  }
}

interface Sending {
  /** Resolves when every function behind a send has returned. */
  answered: Promise<unknown>
  upTo(endedAt: number): Pick<Round, 'elapsedMs' | 'tailMs' | 'failedSends'>
}

/** Resolves when the last message has been sent, even if no function has returned yet. */
async function sendAll(runner: Runner, room: Room, round: number, { perSecond, messages }: Rate): Promise<Sending> {
  const startedAt = now()
  let lastSentAt = startedAt
  let failedSends = 0
  const sends: Promise<void>[] = []
  for (let index = 0; index < messages; index++) {
    await delay(Math.max(0, startedAt + (index * 1_000) / perSecond - now()))
    lastSentAt = now()
    const send = runner.send(room, contentOf(round, index, lastSentAt)).catch(() => {
      failedSends++
    })
    sends.push(send)
  }
  return {
    answered: Promise.all(sends),
    upTo: (endedAt) => ({ elapsedMs: endedAt - startedAt, tailMs: endedAt - lastSentAt, failedSends }),
  }
}

const readings = async (gateway: Child<GatewayCalls>, runner: Runner) => ({
  variant: await runner.usage(),
  gateway: await gateway.call('usage'),
})
type Readings = Awaited<ReturnType<typeof readings>>

const usedBetween = (before: Readings, after: Readings): Used => ({
  reads: after.variant.reads - before.variant.reads,
  writes: after.variant.writes - before.variant.writes,
  invocations: after.variant.invocations - before.variant.invocations,
  posts: after.gateway.posts - before.gateway.posts,
  metered: after.gateway.metered - before.gateway.metered,
  postedBytes: after.gateway.bytes - before.gateway.bytes,
})
