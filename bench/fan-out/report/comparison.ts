import { type Cell, type Way, WAYS } from '../comparison.ts'
import type { Plot } from './line-plot.ts'
import { type Figures, figuresOf, names } from './figures.ts'
import { short, table } from './markdown.ts'

const HEAD = [
  'way',
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
export function comparisonTables(cells: readonly Cell[]): string {
  const sizes = [...new Set(cells.map(({ connections }) => connections))]
  return sizes
    .map((connections) => {
      const rows = cells.filter((cell) => cell.connections === connections).map(rowOf)
      return `### Room of ${connections.toLocaleString('en-US')}\n\n${table(HEAD, rows)}`
    })
    .join('\n\n')
}

function rowOf(cell: Cell): string[] {
  const figures = figuresOf(cell)
  return [
    names[cell.way],
    short(cell.perSecond),
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
export function comparisonPlots(cells: readonly Cell[]): Record<string, Plot> {
  const paces = [...new Set(cells.map(({ perSecond }) => perSecond))]
  const [slow, fast] = [Math.min(...paces), Math.max(...paces)]
  // Nothing but Tabletalk does a message's work otherwise when others come along; at the slowest pace all get it done.
  const byPace = (ways: readonly Way[], figure: (figures: Figures) => number | null) => [
    ...paces.map((pace) => ({
      name: `Tabletalk, ${String(pace)}/s`,
      points: pointsOf(cells, 'tabletalk', pace, figure),
    })),
    ...ways.map((way) => ({ name: names[way], points: pointsOf(cells, way, slow, figure) })),
  ]
  return {
    'cpu-per-event': {
      title: 'CPU per delivered event',
      description:
        'CPU time of the functions for each event that reached a receiver, by size of room and way; of Tabletalk also by the rate of messages. Lower is better.',
      x: 'connections in the room',
      y: 'CPU per event, µs',
      series: byPace(['scan', 'scanOwn', 'members', 'unsigned', 'broadcast'], ({ cpuPerEventUs }) => cpuPerEventUs),
    },
    'events-per-second': {
      title: `Delivered events per second, ${String(fast)} messages a second`,
      description:
        'Events that reached their receivers in a second, by size of room and way, beside those sent; less than one a second is left out.',
      x: 'connections in the room',
      y: 'events per second',
      series: [
        ...WAYS.map((way) => ({
          name: names[way],
          points: pointsOf(cells, way, fast, ({ eventsPerSecond }) => (eventsPerSecond < 1 ? null : eventsPerSecond)),
        })),
        { name: 'sent', points: sentAt(cells, fast), look: 'dashed' },
      ],
    },
    'dollars-per-million': {
      title: 'Dollars per million delivered events',
      description:
        'Price on AWS of a million events at their receivers, by size of room and way; of Tabletalk also by the rate of messages, which the others’ price does not depend on.',
      x: 'connections in the room',
      y: '$ per million events',
      series: byPace(['scan', 'scanOwn', 'members'], ({ dollarsPerMillionEvents }) => dollarsPerMillionEvents),
    },
  }
}

function pointsOf(
  cells: readonly Cell[],
  way: Way,
  perSecond: number,
  figure: (figures: Figures) => number | null,
): (readonly [number, number])[] {
  return cells
    .filter((cell) => cell.way === way && cell.perSecond === perSecond)
    .flatMap((cell) => {
      const y = figure(figuresOf(cell))
      return y === null ? [] : [[cell.connections, y] as const]
    })
}

const sentAt = (cells: readonly Cell[], perSecond: number) =>
  [...new Set(cells.map(({ connections }) => connections))].map(
    (connections) => [connections, connections * perSecond] as const,
  )
