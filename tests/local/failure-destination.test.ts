import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Log } from '../../local/contracts.ts'
import { createFailureDestination } from '../../local/failure-destination.ts'
import { quietLog } from '../support/quiet-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('tells who waits when enough records have come', async () => {
  const failures = createFailureDestination<{ n: number }>({ log: quietLog })
  const two = failures.atLeast(2)
  await failures.put({ n: 1 })
  const three = failures.atLeast(3)
  await failures.put({ n: 2 })
  expect((await two).map(({ n }) => n)).toEqual([1, 2])
  expect(await failures.atLeast(1)).toHaveLength(2)
  expect(await Promise.race([three, Promise.resolve('waiting')])).toBe('waiting')
})

test('keeps each record as a file that replays it, named in the log', async () => {
  const dataDir = temporaryFolder()
  const files: unknown[] = []
  const log: Log = { ...quietLog, error: (_, fields) => files.push(fields?.file) }
  const failures = createFailureDestination<object>({ dataDir, log })
  await Promise.all([failures.put({ n: 1 }), failures.put({ n: 2 })])
  const kept = await readdir(join(dataDir, 'on-failure'))
  expect(kept.map((name) => join(dataDir, 'on-failure', name)).sort()).toEqual([...files].sort())
  const records = await Promise.all(
    kept.map(async (name) => JSON.parse(await readFile(join(dataDir, 'on-failure', name), 'utf8')) as unknown),
  )
  expect(records).toHaveLength(2)
  expect(records).toEqual(expect.arrayContaining([{ n: 1 }, { n: 2 }]))
})
