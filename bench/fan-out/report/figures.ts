import { dollarsFor } from '../../../scripts/costs/usage.ts'
import type { Round, Used } from '../measurement.ts'
import type { Measurement, VariantName } from '../comparison.ts'
import { median } from '../../shared/statistics.ts'

export const names: Record<VariantName, string> = {
  tabletalk: 'Tabletalk',
  scan: 'scan, 9 other rooms',
  scanOwn: 'scan, this room alone',
  members: 'query per member',
  unsigned: 'floor: unsigned posts',
  broadcast: 'floor: bare broadcast',
}

/** A message's frame from the client, and ours has a reply. The floors aren't chats: they have no price. */
const FRAMES: Partial<Record<VariantName, number>> = { tabletalk: 2, scan: 1, scanOwn: 1, members: 1 }

/** A variant has kept up when its last event was there so soon after the last send. */
const KEPT_UP_MS = 1_000

/** Of a measurement, medians over its rounds. What would be wrong of work cut short is `null`, as is what a floor hasn't got. */
export interface Figures {
  /** `late`: every event came, the last of them more than a second after the last send. `cut`: not every event came. */
  state: 'kept up' | 'late' | 'cut'
  eventsPerSecond: number
  p50Ms: number | null
  p99Ms: number | null
  cpuPerEventUs: number | null
  postsPerEvent: number | null
  readsPerEvent: number | null
  writesPerEvent: number | null
  dollarsPerMillionEvents: number | null
  peakMiB: number | null
}

export function figuresOf({ variant, rounds }: Pick<Measurement, 'variant' | 'rounds'>): Figures {
  const cut = rounds.some(({ complete }) => !complete)
  const perEvent = (of: (used: Used, round: Round) => number) =>
    cut ? null : medianOrNull(rounds.map((round) => round.used && of(round.used, round) / round.events))
  const frames = FRAMES[variant]
  return {
    state: cut ? 'cut' : rounds.some(({ tailMs }) => tailMs > KEPT_UP_MS) ? 'late' : 'kept up',
    eventsPerSecond: median(rounds.map(({ events, elapsedMs }) => (events / elapsedMs) * 1_000)),
    p50Ms: medianOrNull(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: medianOrNull(rounds.map(({ p99Ms }) => p99Ms)),
    cpuPerEventUs: perEvent((_, { cpuMs }) => (cpuMs ?? 0) * 1_000),
    postsPerEvent: variant === 'broadcast' ? null : perEvent(({ posts }) => posts),
    readsPerEvent: frames === undefined ? null : perEvent(({ reads }) => reads),
    writesPerEvent: frames === undefined ? null : perEvent(({ writes }) => writes),
    dollarsPerMillionEvents:
      frames === undefined ? null : perEvent((used, round) => dollarsOf(used, round, frames) * 1e6),
    peakMiB: mostOrNull(rounds.map(({ peakMiB }) => peakMiB)),
  }
}

const dollarsOf = (used: Used, { messages, cpuMs }: Round, framesPerMessage: number): number =>
  dollarsFor({
    frames: messages * framesPerMessage,
    posts: used.metered,
    bytesOut: used.postedBytes,
    reads: used.reads,
    writes: used.writes,
    invocations: used.invocations,
    cpuSeconds: (cpuMs ?? 0) / 1_000,
  })

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : median(known)
}

function mostOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
