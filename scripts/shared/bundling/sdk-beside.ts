import { basename } from 'node:path'
import type { Plugin } from 'esbuild'

/** A module that has a file of its own beside the functions that may load it. */
interface Beside {
  source: string
  /** As esbuild names entry points. */
  out: string
  file: string
}

/** What loads the AWS SDK only when a setting asks for it, or what Lambda never needs. */
export const besides: readonly Beside[] = [
  'src/aws/sdk-credentials.ts',
  'src/delivery/posting/sdk-gateway.ts',
  'src/entities/sdk-table.ts',
].map((source) => {
  const out = basename(source, '.ts')
  return { source, out, file: `${out}.mjs` }
})

/** Leaves these modules out of the bundles: where one is loaded by `import()`, it is loaded from the file beside. */
export const sdkBeside: Plugin = {
  name: 'sdk-beside',
  setup(build) {
    build.onResolve({ filter: /\/sdk-[a-z-]+\.ts$/ }, ({ path, kind }) => {
      const beside = besides.find(({ source }) => basename(source) === basename(path))
      if (beside === undefined || kind !== 'dynamic-import') return undefined
      return { path: `./${beside.file}`, external: true }
    })
  },
}
