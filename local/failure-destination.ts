import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from './contracts.ts'

/** The on-failure destination of an event source mapping, in place of the bucket on AWS. */
export interface FailureDestination<Failure extends object> {
  /** The records received since the start, oldest first. */
  readonly records: readonly Failure[]
  /** Resolves when `count` records have been received since the start. */
  atLeast(count: number): Promise<readonly Failure[]>
  /** Resolves when the record is stored. */
  put(record: Failure): Promise<void>
}

/**
 * Returns a destination that keeps the records in memory. With a `dataDir`, each record is also written to a JSON file
 * in `folder`, named by the time, so that a restart loses none.
 */
export function createFailureDestination<Failure extends object>({
  dataDir,
  log,
  folder = 'on-failure',
}: {
  dataDir?: string | undefined
  log: Log
  /** A folder within `dataDir`. */
  folder?: string
}): FailureDestination<Failure> {
  const records: Failure[] = []
  const waiting = new Set<{ count: number; resolve: (records: readonly Failure[]) => void }>()

  return {
    records,
    atLeast(count) {
      if (records.length >= count) return Promise.resolve(records)
      return new Promise((resolve) => waiting.add({ count, resolve }))
    },
    async put(record) {
      const file = dataDir === undefined ? undefined : await keep(record, join(dataDir, folder))
      log.error('records of the stream went to the on-failure destination', file === undefined ? {} : { file })
      records.push(record)
      for (const waiter of waiting) {
        if (records.length < waiter.count) continue
        waiting.delete(waiter)
        waiter.resolve(records)
      }
    },
  }
}

async function keep(record: object, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const time = new Date().toISOString().replaceAll(':', '-')
  const file = join(folder, `${time}-${randomUUID()}.json`)
  // The rename comes last, so that a crash never leaves half a record.
  await writeFile(`${file}.new`, JSON.stringify(record, undefined, 2))
  await rename(`${file}.new`, file)
  return file
}
