import { writeFile } from 'node:fs/promises'
import { arch, cpus, loadavg, totalmem, type } from 'node:os'
import { format } from 'prettier'

/** The machine that a benchmark ran on. */
export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  platform: string
  node: string
  /** Load average of the last minute. */
  load: number
}

export function describeMachine(): Machine {
  const [{ model = 'unknown' } = {}] = cpus()
  return {
    cpu: model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${type()} ${arch()}`,
    node: process.versions.node,
    load: loadavg()[0]!,
  }
}

/** Returns the URL of a file in `bench/results/`. */
export const resultFile = (name: string): URL => new URL(`../results/${name}.json`, import.meta.url)

export async function writeResult(name: string, result: unknown): Promise<void> {
  await writeFile(resultFile(name), await format(JSON.stringify(result), { parser: 'json', printWidth: 120 }))
}
