/**
 * `npm run build`: bundles each function of `terraform/stack.json` for Lambda into `dist/`: `functions/NAME/index.mjs`,
 * `zips/NAME.zip`, which Terraform deploys, and the source map `maps/NAME.mjs.map`. Two builds of the same sources are
 * byte-equal. The thumbnails function is only built with `-- --thumbnails`. It needs npm's registry, because its binary
 * is for Lambda's machines and isn't installed here.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadStack } from '../../terraform/stack.ts'
import { bundleFunctions, filesOf, root } from '../shared/bundling/bundle-functions.ts'
import { zipOf } from '../shared/bundling/zip.ts'
import { sharpBeside } from './sharp-beside.ts'

const dist = join(root, 'dist')

async function write(folder: string, file: string, content: Uint8Array): Promise<void> {
  await mkdir(join(dist, folder), { recursive: true })
  await writeFile(join(dist, folder, file), content)
}

const { values: flags } = parseArgs({ options: { thumbnails: { type: 'boolean', default: false } } })
const { functions, bucket } = loadStack()
const isBuilt = (name: string) => flags.thumbnails || name !== bucket.thumbnails.function
const sharp = flags.thumbnails ? await sharpBeside() : undefined
const bundles = (await bundleFunctions(functions)).filter(({ name }) => isBuilt(name))
for (const folder of ['functions', 'zips', 'maps']) await rm(join(dist, folder), { recursive: true, force: true })
for (const bundle of bundles) {
  const { name, sourceMap } = bundle
  const files = new Map([...filesOf(bundle), ...((name === bucket.thumbnails.function && sharp) || [])])
  for (const [file, content] of files) await write(join('functions', name, dirname(file)), basename(file), content)
  await write('zips', `${name}.zip`, zipOf(files))
  await write('maps', `${name}.mjs.map`, sourceMap)
}
console.log(`${bundles.length} functions in dist/`)
