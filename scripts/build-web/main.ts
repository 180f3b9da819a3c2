/**
 * `npm run build:web`: the page for hosting, in `dist/web/`. `assets/` may be cached for good, `index.html` is to be
 * asked for anew; `config.json` is the deployment's own, see web/README.md.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from '../../web/build-page.ts'

const outDir = fileURLToPath(new URL('../../dist/web/', import.meta.url))

const files = await buildPage()
await rm(outDir, { recursive: true, force: true })
for (const { path, content } of files) {
  const file = resolve(outDir, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}
console.log(`${files.length} files in dist/web/`)
