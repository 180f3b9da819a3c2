import { basename } from 'node:path'
import type { Plugin } from 'esbuild'

/** A module with a file of its own beside the functions that may load it. */
interface Beside {
  source: string
  /** The name of the entry point in esbuild. */
  out: string
  file: string
}

/** Modules that load the AWS SDK, either only if a setting asks for it or never in Lambda. */
export const besides: readonly Beside[] = [
  'src/aws/sdk-credentials.ts',
  'src/delivery/posting/sdk-gateway.ts',
  'src/entities/sdk-table.ts',
].map((source) => {
  const out = basename(source, '.ts')
  return { source, out, file: `${out}.mjs` }
})

/** Leaves these modules out of the bundles. An `import()` of one loads its separate file. */
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
