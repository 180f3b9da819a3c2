import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import { inject } from 'vitest'
import { bundleFunctions, type FunctionBundle } from '../../scripts/shared/bundling/bundle-functions.ts'
import { loadStack } from '../../terraform/stack.ts'
import './provided.ts'

/** Returns the functions as they are deployed. The first test file that needs them builds them, once per run. */
export async function deployedBundles(): Promise<FunctionBundle[]> {
  const file = join(inject('runFolder'), 'bundles')
  const lock = `${file}.lock`
  while (!existsSync(file)) {
    const isFirst = await mkdir(lock).then(
      () => true,
      () => false,
    )
    if (!isFirst) {
      await delay(50)
      continue
    }
    try {
      await writeFile(`${file}.new`, serialize(await bundleFunctions(loadStack().functions)))
      await rename(`${file}.new`, file)
    } finally {
      await rmdir(lock)
    }
  }
  return deserialize(await readFile(file)) as FunctionBundle[]
}
