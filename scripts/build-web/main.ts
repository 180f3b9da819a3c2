/**
 * `npm run build:web`: builds the page for hosting into `dist/web/`. Browsers may cache `assets/` forever, but must
 * revalidate `index.html`. `config.json` belongs to the deployment, see web/README.md.
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
