import type { Measurement } from '../measurement.ts'
import { type VariantName, VARIANTS } from '../variants/variant-names.ts'
import { type Figures, figuresOf, TITLES } from './figures.ts'
import type { Plot } from './line-plot.ts'
import { short, table } from '../../../scripts/shared/markdown.ts'

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

/** Returns Markdown: a heading and a table for each size of room. */
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
    TITLES[measurement.variant],
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

/** Returns the plots by their file name. */
export function comparisonPlots(measurements: readonly Measurement[]): Record<string, Plot> {
  const rates = [...new Set(measurements.map(({ perSecond }) => perSecond))]
  const [slow, fast] = [Math.min(...rates), Math.max(...rates)]
  // Only Tabletalk's cost per event depends on the rate. The others have one line, at the slowest rate, where none is
  // cut short.
  const byRate = (variants: readonly VariantName[], figure: (figures: Figures) => number | null) => [
    ...rates.map((rate) => ({
      name: `Tabletalk, ${String(rate)}/s`,
      points: pointsOf(measurements, 'tabletalk', rate, figure),
    })),
    ...variants.map((variant) => ({ name: TITLES[variant], points: pointsOf(measurements, variant, slow, figure) })),
  ]
  return {
    'cpu-per-event': {
      title: 'CPU per delivered event',
      description:
        'CPU time of the functions for each event that reached a receiver, by size of room and variant, ' +
        'and for Tabletalk also by message rate. Lower is better.',
      x: 'connections in the room',
      y: 'CPU per event, µs',
      series: byRate(['scan', 'scanOwn', 'members', 'unsigned', 'broadcast'], ({ cpuPerEventUs }) => cpuPerEventUs),
    },
    'events-per-second': {
      title: `Delivered events per second, ${String(fast)} messages per second`,
      description:
        'Events that reached their receivers per second, by size of room and variant, compared with the number sent. ' +
        'Less than one per second is not shown.',
      x: 'connections in the room',
      y: 'events per second',
      series: [
        ...VARIANTS.map((variant) => ({
          name: TITLES[variant],
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
        'Price on AWS of a million delivered events, by size of room and variant, and for Tabletalk also ' +
        'by message rate, which does not change the price of the others.',
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
