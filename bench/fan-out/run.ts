import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadStack } from '../../terraform/stack.ts'
import { describeMachine, type Machine } from '../shared/results.ts'
import { compare } from './comparison.ts'
import { type Growth, measureGrowth } from './growth.ts'
import type { Measurement } from './measurement.ts'
import type { Plan } from './plan.ts'
import { bundleProcesses } from './processes.ts'
import { startTable, type Table } from './table.ts'

/** The content of `bench/results/latest.json`. */
export interface Run {
  machine: Machine
  measurements: Measurement[]
  growth: Growth
  /** The output of `bench/posting/main.ts` and `bench/start/main.ts`. Missing if they did not run or failed. */
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

/** Runs work with a new table, so that the data of one measurement doesn't slow down another. */
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

/**
 * Returns the output of another benchmark. Returns undefined if it fails, because the rest of the run doesn't depend on
 * it.
 */
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
