import { measureRound, type Rate, type Rig, type Round } from './round.ts'
import { BroadcastRunner, FunctionRunner, type Room, type Runner } from './runner.ts'
import { Stream } from './stream.ts'
import type { Table } from './table.ts'
import type { StartVariant } from './variant-processes.ts'
import { type VariantName, VARIANTS } from './variants/variant-names.ts'

/** All rounds of one variant at one rate in one room. */
export interface Measurement {
  variant: VariantName
  connections: number
  perSecond: number
  rounds: Round[]
}

interface RoomRig extends Rig {
  table: Table
  start: StartVariant
  /** Whether there is time for the round of this number, counted from 0. */
  mayRun: (round: number) => boolean
  warmUp: Rate
  warmUpRoom: Room
}

type Runners = ReadonlyMap<VariantName, Runner>

/**
 * A variant whose last event was later than this after the last send, in every round, is measured only once at each
 * higher rate. More rounds would only show how far it falls behind.
 */
const HOPELESS_MS = 3_000

/** Measures every variant at every rate, from slow to fast, in this room. */
export async function measureRoom(room: Room, rates: readonly Rate[], rig: RoomRig): Promise<Measurement[]> {
  const stream = await Stream.open(rig.table)
  const runners = new Map<VariantName, Runner>()
  try {
    for (const variant of VARIANTS) {
      const runner = await runnerOf(variant, rig, stream)
      runners.set(variant, runner)
      await warm(runner, rig)
    }
    const measurements: Measurement[] = []
    const hopeless = new Set<VariantName>()
    for (const rate of rates) {
      const atRate = await measureRate(room, rate, { runners, stream, hopeless }, rig)
      for (const { variant, rounds } of atRate) if (rounds.every(isHopeless)) hopeless.add(variant)
      measurements.push(...atRate)
      console.log(progress(room, rate, atRate))
    }
    return measurements
  } finally {
    stream.resume()
    await stream.close()
    await Promise.all([...runners.values()].map((runner) => runner.end()))
  }
}

async function runnerOf(variant: VariantName, { gateway, start }: RoomRig, stream: Stream): Promise<Runner> {
  return variant === 'broadcast'
    ? new BroadcastRunner(gateway)
    : FunctionRunner.begin(() => start(variant), variant === 'tabletalk' ? stream : undefined)
}

const warm = (runner: Runner, rig: RoomRig) => measureRound(rig, runner, rig.warmUpRoom, rig.warmUp)

/**
 * Measures all variants at one rate. They take turns in going first. The stream is read only while Tabletalk runs,
 * because no other variant needs it.
 */
async function measureRate(
  room: Room,
  rate: Rate,
  { runners, stream, hopeless }: { runners: Runners; stream: Stream; hopeless: ReadonlySet<VariantName> },
  rig: RoomRig,
): Promise<Measurement[]> {
  const roundsOf = new Map(VARIANTS.map((variant) => [variant, [] as Round[]]))
  for (let number = 0; rig.mayRun(number); number++) {
    for (const variant of rotated(VARIANTS, number)) {
      if (number > 0 && hopeless.has(variant)) continue
      const runner = runners.get(variant)!
      if (variant === 'tabletalk') stream.resume()
      const round = await measureRound(rig, runner, room, rate)
      // After a round that was cut short, the variant has a new process.
      if (!round.complete) await warm(runner, rig)
      if (variant === 'tabletalk') stream.pause()
      roundsOf.get(variant)!.push(round)
    }
  }
  const { perSecond } = rate
  return [...roundsOf].map(([variant, rounds]) => ({ variant, connections: room.members.length, perSecond, rounds }))
}

const isHopeless = ({ complete, tailMs }: Round) => !complete || tailMs > HOPELESS_MS

const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length]!)

function progress({ members }: Room, { perSecond }: Rate, measurements: readonly Measurement[]): string {
  const done = measurements.map(({ variant, rounds }) => {
    const { complete, events, elapsedMs } = rounds.at(-1)!
    return `${variant} ${((events / elapsedMs) * 1_000).toFixed(0)}${complete ? '' : ' (cut short)'}`
  })
  return `${String(members.length)} connections, ${String(perSecond)}/s; events/s: ${done.join(', ')}`
}
