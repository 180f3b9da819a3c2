import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { inject } from 'vitest'
import type { PageFile } from '../../../local/page/page-files.ts'

/** Reads the page that was built for this run. */
export async function builtPage(): Promise<PageFile[]> {
  const folder = inject('pageFolder')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    paths.map(async (path) => ({ path: relative(folder, path).replaceAll(sep, '/'), content: await readFile(path) })),
  )
}
