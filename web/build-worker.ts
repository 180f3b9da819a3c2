import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { PageFile } from './page-file.ts'

const source = fileURLToPath(new URL('worker/service-worker.ts', import.meta.url))

/** What is larger isn't loaded before somebody wants it, bytes: the names of all emoji. */
const LARGE = 500_000

/**
 * Builds the service worker of a page. It is written by hand, because it is shorter than the settings of a library that
 * would write it: docs/decisions.md.
 *
 * @param files the page's, with names that change with their content below `assets/`
 * @param entry the path of the script that starts the page
 */
export async function buildWorker(files: readonly PageFile[], entry: string): Promise<PageFile> {
  const hash = createHash('sha256')
  for (const { path, content } of files) hash.update(`${path}\n`).update(content)
  const assets = files.filter(({ path }) => path.startsWith('assets/'))
  const isLarge = ({ content }: PageFile) => content.length > LARGE
  const details = {
    version: hash.digest('hex').slice(0, 12),
    entry,
    files: assets.filter((file) => !isLarge(file)).map(({ path }) => path),
    later: assets.filter(isLarge).map(({ path }) => path),
  }
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { BUILD: JSON.stringify(details) },
  })
  return { path: 'sw.js', content: outputFiles[0]!.text }
}
