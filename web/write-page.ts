import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { buildPage } from './build-page.ts'

/**
 * Builds the page into a folder. Returns the number of its files.
 *
 * @throws Error that says in one sentence what is wrong
 */
export async function writePage(folder: string): Promise<number> {
  const files = await buildPage()
  for (const { path, content } of files) {
    const file = resolve(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return files.length
}
