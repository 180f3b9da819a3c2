/**
 * `npm run bench:side-by-side`: measures Socket.IO 4 and Tabletalk's local runtime, one after the other on this
 * machine, each with the same bare receivers in a process of their own. `--write` writes the table to
 * `docs/performance.md`. CPU is that of the servers alone, and needs Linux.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import type { CoalescingServerCalls } from '../coalescing/server.ts'
import { processUsage } from '../fan-out/process-usage.ts'
import { loadStack } from '../../terraform/stack.ts'
import { short, table, withBlock } from '../../scripts/shared/markdown.ts'
import { describeMachine, writeResult } from '../shared/results.ts'
import { Child } from '../shared/rpc.ts'
import type { Heard, ReceiverCalls, Way } from './receivers.ts'
import type { SocketIoCalls } from './socket-io.ts'

const CONNECTIONS = [100, 1_000]
/** A cell has about 10,000 to 60,000 events, or more if a server is fast. */
const RATES = [
  { perSecond: 10, messages: 60 },
  { perSecond: 100, messages: 300 },
]
const WARM_UP = { perSecond: 50, messages: 100 }

interface Cell extends Heard {
  way: Way
  connections: number
  perSecond: number
  /** CPU time of the server per event. */
  serverMicros: number
  /** CPU time of DynamoDB Local per event. */
  tableMicros: number
}

const machine = describeMachine()
const cells: Cell[] = []
for (const connections of CONNECTIONS) {
  cells.push(...(await measureSocketIo(connections)), ...(await measureTabletalk(connections)))
}
console.table(cells)
await writeResult('side-by-side', { machine, cells })
if (process.argv.includes('--write')) await report()

async function measureSocketIo(connections: number): Promise<Cell[]> {
  const server = new Child<SocketIoCalls>(new URL('./socket-io.ts', import.meta.url))
  const { url } = await server.call('start')
  return measure('Socket.IO', { server, url, tokens: [], connections })
}

async function measureTabletalk(connections: number): Promise<Cell[]> {
  const server = new Child<CoalescingServerCalls>(new URL('../coalescing/server.ts', import.meta.url))
  const users = Array.from({ length: connections }, (_, i) => `user-${String(i)}`)
  const windowMs = loadStack().stream.window.milliseconds
  const { wsUrl: url, tokens } = await server.call('start', { users, windowMs })
  return measure('Tabletalk', { server, url, tokens, connections })
}

async function measure(
  way: Way,
  {
    server,
    connections,
    ...where
  }: {
    server: Pick<Child<SocketIoCalls>, 'pid' | 'end'>
    url: string
    tokens: string[]
    connections: number
  },
): Promise<Cell[]> {
  const receivers = new Child<ReceiverCalls>(new URL('./receivers.ts', import.meta.url))
  try {
    await receivers.call('open', { way, connections, ...where })
    await receivers.call('send', { way, ...WARM_UP })
    const measured: Cell[] = []
    for (const rate of RATES) {
      const before = usageOf(server.pid)
      const heard = await receivers.call('send', { way, ...rate })
      const after = usageOf(server.pid)
      const micros = (from: number, to: number) => (1_000 * (to - from)) / heard.events
      const [serverMicros, tableMicros] = [micros(before.own, after.own), micros(before.others, after.others)]
      measured.push({ way, connections, perSecond: rate.perSecond, ...heard, serverMicros, tableMicros })
    }
    await receivers.call('close')
    return measured
  } finally {
    await Promise.all([receivers.end(), server.end()])
  }
}

/** Returns the CPU milliseconds of a process, and of the processes that it has started, which are DynamoDB Local's. */
function usageOf(pid: number): { own: number; others: number } {
  const others = descendantsOf(pid).map((child) => processUsage(child)?.cpuMs ?? 0)
  return { own: processUsage(pid)?.cpuMs ?? NaN, others: others.reduce((sum, ms) => sum + ms, 0) }
}

function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // The process has ended in the meantime.
    return undefined
  }
}

async function report(): Promise<void> {
  const document = new URL('../../docs/performance.md', import.meta.url)
  const rows = cells.map((cell) => [
    cell.way,
    ...[cell.connections, cell.perSecond, cell.serverMicros].map(short),
    cell.way === 'Socket.IO' ? '–' : short(cell.tableMicros),
    ...[cell.p50Ms, cell.p99Ms, cell.ackP50Ms].map(short),
    cell.events === cell.wanted ? 'all' : `${short((100 * cell.events) / cell.wanted)} %`,
  ])
  const head = ['', 'connections', 'messages/s', 'server CPU per event, µs', "DynamoDB Local's, µs"]
  const text = withBlock(
    await readFile(document, 'utf8'),
    'side-by-side',
    table([...head, 'p50, ms', 'p99, ms', 'acknowledged, p50, ms', 'events that came'], rows),
  )
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }))
}
