/**
 * `npm run build`: bundles each function of `terraform/stack.json` for Lambda into `dist/`: `functions/NAME/index.mjs`,
 * `zips/NAME.zip`, which Terraform deploys, and the source map `maps/NAME.mjs.map`. Two builds of the same sources are
 * byte-equal.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadStack } from '../../terraform/stack.ts'
import { bundleFunctions, filesOf, root } from '../shared/bundling/bundle-functions.ts'
import { zipOf } from '../shared/bundling/zip.ts'

const dist = join(root, 'dist')

async function write(folder: string, file: string, content: Uint8Array): Promise<void> {
  await mkdir(join(dist, folder), { recursive: true })
  await writeFile(join(dist, folder, file), content)
}

const bundles = await bundleFunctions(loadStack().functions)
for (const folder of ['functions', 'zips', 'maps']) await rm(join(dist, folder), { recursive: true, force: true })
for (const bundle of bundles) {
  const { name, sourceMap } = bundle
  const files = filesOf(bundle)
  for (const [file, content] of files) await write(join('functions', name), file, content)
  await write('zips', `${name}.zip`, zipOf(files))
  await write('maps', `${name}.mjs.map`, sourceMap)
}
console.log(`${bundles.length} functions in dist/`)
