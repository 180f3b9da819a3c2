import { execFile } from 'node:child_process'
import { arch, cpus, loadavg, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadStack } from '../../terraform/stack.ts'
import { type Measurement, compare } from './comparison.ts'
import { type Growth, measureGrowth } from './growth.ts'
import type { Plan } from './plan.ts'
import { bundleProcesses } from './processes.ts'
import { startTable, type Table } from './table.ts'

/** What a run leaves behind: `bench/results/latest.json`. */
export interface Run {
  machine: {
    cpu: string
    cores: number
    memoryGiB: number
    platform: string
    node: string
    /** Processes that wanted a core, on average over the minute before the run. */
    load: number
  }
  measurements: Measurement[]
  growth: Growth
  /** What `bench/posting/main.ts` and `bench/start/main.ts` printed; missing when they were left out or failed. */
  posting?: string
  start?: string
}

const printed = promisify(execFile)

export async function runBench(plan: Plan): Promise<Run> {
  const machine = describeMachine()
  const processes = await bundleProcesses()
  try {
    const growth = await withTable((table) => measureGrowth(plan.growth, processes, table))
    const measurements = await withTable((table) => compare(plan.comparison, processes, table))
    return { machine, measurements, growth, ...(plan.startRounds > 0 ? await measureStart(plan.startRounds) : {}) }
  } finally {
    await processes.close()
  }
}

/** Each with a table of its own: what one leaves behind doesn't burden the other. */
async function withTable<T>(work: (table: Table) => Promise<T>): Promise<T> {
  const table = await startTable()
  try {
    return await work(table)
  } finally {
    await table.close()
  }
}

async function measureStart(rounds: number): Promise<Pick<Run, 'posting' | 'start'>> {
  const posting = await outputOf('bench/posting/main.ts')
  const start = await outputOf('bench/start/main.ts', String(rounds), ...Object.keys(loadStack().functions))
  return { ...(posting === undefined ? {} : { posting }), ...(start === undefined ? {} : { start }) }
}

/** Of a script that measures something of its own, as it is; the rest of the run doesn't depend on it. */
async function outputOf(script: string, ...args: string[]): Promise<string | undefined> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  try {
    const { stdout } = await printed(process.execPath, ['--import', 'tsx', script, ...args], { cwd: root })
    return stdout.trim()
  } catch (error) {
    console.error(`unable to measure; ${script} failed: ${String(error).slice(0, 500)}`)
    process.exitCode = 1
    return undefined
  }
}

function describeMachine(): Run['machine'] {
  const [first] = cpus()
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${type()} ${arch()}`,
    node: process.versions.node,
    load: loadavg()[0]!,
  }
}
