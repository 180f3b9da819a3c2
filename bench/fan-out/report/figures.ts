import { dollarsFor } from '../../../scripts/costs/usage.ts'
import { median } from '../../shared/statistics.ts'
import type { Measurement } from '../measurement.ts'
import type { Round, Used } from '../round.ts'
import type { VariantName } from '../variants/variant-names.ts'

/** The names of the variants in the report. */
export const TITLES: Record<VariantName, string> = {
  tabletalk: 'Tabletalk',
  scan: 'scan, 9 other rooms',
  scanOwn: 'scan, this room alone',
  members: 'query per member',
  unsigned: 'floor: unsigned posts',
  broadcast: 'floor: bare broadcast',
}

/**
 * Billed frames per message besides the posts: the client's own, and Tabletalk's reply. The floors are not chats, so
 * they have no price.
 */
const FRAMES: Partial<Record<VariantName, number>> = { tabletalk: 2, scan: 1, scanOwn: 1, members: 1 }

/** A variant keeps up when its last event arrives within this time after the last send. */
const KEPT_UP_MS = 1_000

/**
 * Medians over the rounds of a measurement; `peakMiB` is the maximum. A figure is `null` if it would be wrong because
 * the work was cut short, or if a floor has no such figure.
 */
export interface Figures {
  /**
   * `late`: every event arrived, the last one more than a second after the last send. `cut`: not every event arrived.
   */
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
    peakMiB: maxOrNull(rounds.map(({ peakMiB }) => peakMiB)),
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

function maxOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
