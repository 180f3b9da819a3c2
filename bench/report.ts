import type { Way } from './receivers.ts'
import type { Measured, Round } from './room.ts'
import { median, percentile } from './statistics.ts'

/** What a run leaves behind: `bench/results/latest.json`. */
export interface Run {
  machine: { cpu: string; cores: number; memoryGiB: number; platform: string; node: string }
  rooms: { connections: number; paced: number; burst: number; rounds: Round[] }[]
}

/** One way's figures for one size of room: medians over the rounds, and percentiles over all messages of all rounds. */
export interface Figures {
  eventsPerSecond: number
  postsPerEvent: number
  cpuPerPostUs: number
  cpuPerEventUs: number
  p50Ms: number
  p99Ms: number
  /** `null` where the system doesn't tell. */
  dynamodbPerMessageMs: number | null
}

export function figuresOf(rounds: readonly Round[], way: Way): Figures {
  const over = (phase: 'paced' | 'burst', figure: (measured: Measured) => number) =>
    median(rounds.map((round) => figure(round[way][phase])))
  const latencies = rounds.flatMap((round) => round[way].paced.latenciesMs)
  const told = rounds.every((round) => round[way].burst.cpuDynamodbMs !== null)
  return {
    eventsPerSecond: over('burst', ({ events, elapsedMs }) => (events / elapsedMs) * 1_000),
    postsPerEvent: over('burst', ({ events, frames }) => frames / events),
    cpuPerPostUs: over('paced', ({ frames, cpuNodeMs }) => (cpuNodeMs / frames) * 1_000),
    cpuPerEventUs: over('burst', ({ events, cpuNodeMs }) => (cpuNodeMs / events) * 1_000),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    dynamodbPerMessageMs: told
      ? over('burst', ({ latenciesMs, cpuDynamodbMs }) => (cpuDynamodbMs ?? 0) / latenciesMs.length)
      : null,
  }
}

const columns: [head: string, figure: keyof Figures][] = [
  ['delivered events/s', 'eventsPerSecond'],
  ['posts per event', 'postsPerEvent'],
  ['CPU per post, µs', 'cpuPerPostUs'],
  ['CPU per event, µs', 'cpuPerEventUs'],
  ['p50, ms', 'p50Ms'],
  ['p99, ms', 'p99Ms'],
  ['DynamoDB Local CPU per message, ms', 'dynamodbPerMessageMs'],
]

/** The run as a Markdown table: for each size of room Tabletalk, the floor, and how many times the floor Tabletalk is. */
export function tableOf(run: Run): string {
  const head = ['connections', '', ...columns.map(([title]) => title)]
  const body = run.rooms.flatMap(({ connections, rounds }) => {
    const tabletalk = figuresOf(rounds, 'tabletalk')
    const floor = figuresOf(rounds, 'floor')
    const cells = (cell: (figure: keyof Figures) => string) => columns.map(([, figure]) => cell(figure))
    return [
      [connections.toLocaleString('en-US'), 'Tabletalk', ...cells((figure) => short(tabletalk[figure]))],
      // DynamoDB Local has no part in a bare broadcast: what it uses meanwhile is not the floor's.
      ['', 'floor', ...cells((figure) => (figure === 'dynamodbPerMessageMs' ? '' : short(floor[figure])))],
      [
        '',
        'ratio',
        ...cells((figure) => (figure === 'dynamodbPerMessageMs' ? '' : ratio(tabletalk[figure], floor[figure]))),
      ],
    ]
  })
  const widths = head.map((title, column) => Math.max(3, title.length, ...body.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padStart(widths[i]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => `${'-'.repeat(width - 1)}:`)), ...body.map(line)].join('\n')
}

/** What the run was made on and of, in a sentence. */
export function conditionsOf({ machine, rooms }: Run): string {
  const { cpu, cores, memoryGiB, platform, node } = machine
  const counts = rooms.map(
    ({ connections, paced, burst, rounds }) =>
      `${connections.toLocaleString('en-US')} connections: ${String(rounds.length)} × (${String(paced)} single messages and a burst of ${String(burst)})`,
  )
  const phases = rooms.flatMap(({ rounds }) => rounds.flatMap(({ tabletalk: { paced, burst } }) => [paced, burst]))
  const resends = phases.reduce((sum, phase) => sum + phase.resends, 0)
  const repeats = phases.reduce((sum, phase) => sum + phase.repeats, 0)
  const disturbed = `Sends made again after a retryable error: ${String(resends)}; events that came twice: ${String(repeats)}.`
  return `Machine: ${cpu}, ${String(cores)} cores, ${String(memoryGiB)} GiB, ${platform}, Node.js ${node}. ${counts.join('; ')}. ${disturbed}`
}

const START = '<!-- bench:start -->'
const END = '<!-- bench:end -->'

/** The document with the text between its two marks replaced. @throws Error when it has no marks. */
export function withResults(document: string, results: string): string {
  const [start, end] = [document.indexOf(START), document.indexOf(END)]
  if (start === -1 || end < start) throw new Error(`unable to write the results; the document has no ${START} … ${END}`)
  return `${document.slice(0, start + START.length)}\n\n${results}\n\n${document.slice(end)}`
}

/** Three significant digits, and no more than what is certain of large numbers. */
function short(value: number | null): string {
  if (value === null) return '–'
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

function ratio(value: number | null, floor: number | null): string {
  return value === null || floor === null || floor === 0 ? '–' : `${short(value / floor)}×`
}
