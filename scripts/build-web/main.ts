/**
 * `npm run build:web`: builds the page for hosting into `dist/web/`. Browsers may cache `assets/` forever, but must
 * revalidate `index.html`. `config.json` belongs to the deployment, see web/README.md.
 */
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { writePage } from '../../web/write-page.ts'

const outDir = fileURLToPath(new URL('../../dist/web/', import.meta.url))

await rm(outDir, { recursive: true, force: true })
console.log(`${await writePage(outDir)} files in dist/web/`)
