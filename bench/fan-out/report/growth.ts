import { fitLine, type Line } from '../../shared/statistics.ts'
import type { Growth } from '../growth.ts'
import type { Plot } from './line-plot.ts'
import { short, table } from '../../../scripts/shared/markdown.ts'

const million = (dollars: number) => dollars * 1e6

/** Fits straight lines: the cost of a message by the connections of its room, and the cost of a batch by its rooms. */
function linesOf({ byRoom, byBatch }: Growth) {
  return {
    roomDollars: fitLine(byRoom.map(({ connections, dollars }) => [connections, million(dollars)])),
    roomCpu: fitLine(byRoom.map(({ connections, cpuMs }) => [connections, cpuMs])),
    roomReads: fitLine(byRoom.map(({ connections, reads }) => [connections, reads])),
    batchCpu: fitLine(byBatch.map(({ rooms, cpuMs }) => [rooms, cpuMs])),
    batchReads: fitLine(byBatch.map(({ rooms, reads }) => [rooms, reads])),
  }
}

/** Returns Markdown: a table, the fitted lines and a plot, by room and by batch. */
export function growthText(growth: Growth): string {
  const { byRoom, byBatch, connectionsPerRoom } = growth
  const lines = linesOf(growth)
  const rooms = byRoom.map(({ connections, messages, cpuMs, reads, writes, dollars }) => [
    ...[connections, messages, cpuMs, reads, writes, million(dollars)].map(short),
    deviation(lines.roomDollars, connections, million(dollars)),
  ])
  const batches = byBatch.map(({ rooms, repeats, cpuMs, reads, dollars }) =>
    [rooms, repeats, cpuMs, cpuMs / rooms, reads / rooms, million(dollars / rooms)].map(short),
  )
  return [
    table(
      [
        'connections in the room',
        'messages',
        'CPU per message, ms',
        'read units',
        'write units',
        '$ per million messages',
        'off the line, %',
      ],
      rooms,
    ),
    lineText('A million messages', '$', 'connection of the room', lines.roomDollars),
    lineText('CPU of a message', 'ms', 'connection', lines.roomCpu),
    lineText('Read units of a message', '', 'connection', lines.roomReads),
    '![Cost of a message against the size of the room](plots/growth-by-room.svg)',
    table(
      [
        'rooms in the batch',
        'batches',
        'CPU per batch, ms',
        'CPU per message, ms',
        'read units per message',
        '$ per million messages, fan-out alone',
      ],
      batches,
    ),
    lineText(`CPU of a batch, rooms of ${String(connectionsPerRoom)}`, 'ms', 'room', lines.batchCpu),
    lineText('Read units of a batch', '', 'room', lines.batchReads),
    '![CPU of a message against the rooms of its batch](plots/growth-by-batch.svg)',
  ].join('\n\n')
}

const deviation = ({ slope, constant }: Line, x: number, y: number): string =>
  ((Math.abs(y - constant - slope * x) / y) * 100).toFixed(1)

function lineText(what: string, unit: string, each: string, { slope, constant, worst }: Line): string {
  const amount = (value: number) =>
    unit === '$' ? `$${short(value)}` : `${short(value)}${unit === '' ? '' : ` ${unit}`}`
  const worstPercent = `${(worst * 100).toFixed(1)} %`
  const fit = `${amount(constant)} + ${amount(slope)} for each ${each}`
  return `**${what}: ${fit}**; no point is further from the line than ${worstPercent} of its value.`
}

/** Returns the plots by their file name. */
export function growthPlots(growth: Growth): Record<string, Plot> {
  const { byRoom, byBatch, connectionsPerRoom } = growth
  const { roomDollars, batchCpu } = linesOf(growth)
  return {
    'growth-by-room': {
      title: 'Cost of a message against the size of its room',
      description:
        'Dollars for a million messages that arrive one by one, as measured and as the fitted straight line.',
      x: 'connections in the room',
      y: '$ per million messages',
      series: [
        {
          name: 'measured',
          points: byRoom.map(({ connections, dollars }) => [connections, million(dollars)]),
          look: 'dots',
        },
        {
          name: 'straight line',
          points: byRoom.map(({ connections }) => [
            connections,
            roomDollars.constant + roomDollars.slope * connections,
          ]),
          look: 'dashed',
        },
      ],
    },
    'growth-by-batch': {
      title: 'CPU of a message against the rooms of its batch',
      description:
        `CPU time of the fan-out for each message, rooms of ${String(connectionsPerRoom)}, ` +
        'as measured and as the straight line fitted to whole batches.',
      x: 'rooms in the batch, one message each',
      y: 'CPU per message, ms',
      series: [
        { name: 'measured', points: byBatch.map(({ rooms, cpuMs }) => [rooms, cpuMs / rooms]), look: 'dots' },
        {
          name: 'straight line',
          points: byBatch.map(({ rooms }) => [rooms, (batchCpu.constant + batchCpu.slope * rooms) / rooms]),
          look: 'dashed',
        },
      ],
    },
  }
}
