import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { buildWorker } from './build-worker.ts'
import type { PageFile } from './page-file.ts'
import { config } from './vite.config.ts'

/**
 * Builds the page in memory.
 *
 * @param root default: the page's own
 * @throws Error that says in one sentence what is wrong
 */
export async function buildPage(root = config.root): Promise<PageFile[]> {
  try {
    const result = await build({ ...config, root, build: { ...config.build, write: false } })
    const outputs = Array.isArray(result) ? result : 'output' in result ? [result] : []
    const output = outputs.flatMap(({ output }) => output)
    const files = [
      ...output.map((file) => ({ path: file.fileName, content: file.type === 'chunk' ? file.code : file.source })),
      ...(await publicFiles(join(root, 'public'))),
    ]
    const entry = output.find((file) => file.type === 'chunk' && file.isEntry)
    return [...files, await buildWorker(files, entry?.fileName ?? '')]
  } catch (cause) {
    throw new Error(`unable to build the page; ${firstLine(cause)}`, { cause })
  }
}

/** What browsers look for under names that stay. */
async function publicFiles(folder: string): Promise<PageFile[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.sort().map(async (path) => ({ path, content: await readFile(join(folder, path)) })))
}

/** Shortens the bundler's message, which includes a coloured excerpt of the source, to the reason and its place. */
function firstLine(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\u001b\[[\d;]*m/g, '')
  const [reason = 'no reason was given'] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Build failed with \d+ errors?:?$/.test(line))
  const [, place] = /\[ (\S+:\d+:\d+) \]/.exec(text) ?? []
  return place === undefined ? reason : `${reason} (${place})`
}
