import { type Measurement, type VariantName, VARIANTS } from '../comparison.ts'
import type { Plot } from './line-plot.ts'
import { type Figures, figuresOf, names } from './figures.ts'
import { short, table } from './markdown.ts'

const HEAD = [
  'variant',
  'messages/s',
  'delivered events/s',
  'p50, ms',
  'p99, ms',
  'CPU per event, µs',
  'posts per event',
  'read units per event',
  'write units per event',
  '$ per million events',
  'peak memory, MiB',
]

const STATES: Record<Figures['state'], string> = { 'kept up': '', late: ' \\*', cut: ' †' }

/** A table for each size of room. */
export function comparisonTables(measurements: readonly Measurement[]): string {
  const sizes = [...new Set(measurements.map(({ connections }) => connections))]
  return sizes
    .map((connections) => {
      const rows = measurements.filter((measurement) => measurement.connections === connections).map(rowOf)
      return `### Room of ${connections.toLocaleString('en-US')}\n\n${table(HEAD, rows)}`
    })
    .join('\n\n')
}

function rowOf(measurement: Measurement): string[] {
  const figures = figuresOf(measurement)
  return [
    names[measurement.variant],
    short(measurement.perSecond),
    `${short(figures.eventsPerSecond)}${STATES[figures.state]}`,
    short(figures.p50Ms),
    short(figures.p99Ms),
    short(figures.cpuPerEventUs),
    short(figures.postsPerEvent),
    short(figures.readsPerEvent),
    short(figures.writesPerEvent),
    short(figures.dollarsPerMillionEvents),
    short(figures.peakMiB),
  ]
}

/** By file name. */
export function comparisonPlots(measurements: readonly Measurement[]): Record<string, Plot> {
  const rates = [...new Set(measurements.map(({ perSecond }) => perSecond))]
  const [slow, fast] = [Math.min(...rates), Math.max(...rates)]
  // Nothing but Tabletalk does a message's work otherwise when others come along; at the slowest rate all get it done.
  const byRate = (variants: readonly VariantName[], figure: (figures: Figures) => number | null) => [
    ...rates.map((rate) => ({
      name: `Tabletalk, ${String(rate)}/s`,
      points: pointsOf(measurements, 'tabletalk', rate, figure),
    })),
    ...variants.map((variant) => ({ name: names[variant], points: pointsOf(measurements, variant, slow, figure) })),
  ]
  return {
    'cpu-per-event': {
      title: 'CPU per delivered event',
      description:
        'CPU time of the functions for each event that reached a receiver, by size of room and variant; of Tabletalk also by the rate of messages. Lower is better.',
      x: 'connections in the room',
      y: 'CPU per event, µs',
      series: byRate(['scan', 'scanOwn', 'members', 'unsigned', 'broadcast'], ({ cpuPerEventUs }) => cpuPerEventUs),
    },
    'events-per-second': {
      title: `Delivered events per second, ${String(fast)} messages a second`,
      description:
        'Events that reached their receivers in a second, by size of room and variant, beside those sent; less than one a second is left out.',
      x: 'connections in the room',
      y: 'events per second',
      series: [
        ...VARIANTS.map((variant) => ({
          name: names[variant],
          points: pointsOf(measurements, variant, fast, ({ eventsPerSecond }) =>
            eventsPerSecond < 1 ? null : eventsPerSecond,
          ),
        })),
        { name: 'sent', points: sentAt(measurements, fast), look: 'dashed' },
      ],
    },
    'dollars-per-million': {
      title: 'Dollars per million delivered events',
      description:
        'Price on AWS of a million events at their receivers, by size of room and variant; of Tabletalk also by the rate of messages, which the others’ price does not depend on.',
      x: 'connections in the room',
      y: '$ per million events',
      series: byRate(['scan', 'scanOwn', 'members'], ({ dollarsPerMillionEvents }) => dollarsPerMillionEvents),
    },
  }
}

function pointsOf(
  measurements: readonly Measurement[],
  variant: VariantName,
  perSecond: number,
  figure: (figures: Figures) => number | null,
): (readonly [number, number])[] {
  return measurements
    .filter((measurement) => measurement.variant === variant && measurement.perSecond === perSecond)
    .flatMap((measurement) => {
      const y = figure(figuresOf(measurement))
      return y === null ? [] : [[measurement.connections, y] as const]
    })
}

const sentAt = (measurements: readonly Measurement[], perSecond: number) =>
  [...new Set(measurements.map(({ connections }) => connections))].map(
    (connections) => [connections, connections * perSecond] as const,
  )
