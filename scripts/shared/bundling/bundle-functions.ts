import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import type { Stack } from '../../../terraform/stack.ts'
import { leanDependencies } from './lean-dependencies.ts'
import { besides, sdkBeside } from './sdk-beside.ts'
import { withoutDescriptions } from './without-descriptions.ts'

export interface FunctionBundle {
  name: string
  code: Uint8Array
  sourceMap: Uint8Array
  /** Files that the function may load at run time, by name. They are deployed beside it. */
  besides: ReadonlyMap<string, Uint8Array>
  /** Bytes in `code` by source file, relative to the project. */
  contents: ReadonlyMap<string, number>
}

/** Returns the files of a function as they are deployed. */
export const filesOf = ({ code, besides }: FunctionBundle): ReadonlyMap<string, Uint8Array> =>
  new Map([['index.mjs', code], ...besides])

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * How a function is built for Lambda. These choices made a difference to size or start: ESM (CommonJS starts twice as
 * slowly and can't be tree-shaken), packages' `module` entry before their `main`, lean dependencies, and schemas
 * without descriptions.
 */
const lambdaBuild = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  // `sharp` has a binary for each platform and is deployed beside the bundle.
  external: ['sharp'],
  outExtension: { '.js': '.mjs' },
  plugins: [leanDependencies, sdkBeside, withoutDescriptions],
  logLevel: 'error',
} satisfies BuildOptions

/** Bundles each function of the stack separately, with only what it uses. Writes no files. */
export async function bundleFunctions(functions: Stack['functions']): Promise<FunctionBundle[]> {
  const { outputFiles, metafile } = await build({
    ...lambdaBuild,
    entryPoints: [
      ...Object.entries(functions).map(([out, { entry }]) => ({ in: entry, out })),
      ...besides.map(({ source, out }) => ({ in: source, out })),
    ],
    outdir: 'dist',
    sourcemap: 'external',
    metafile: true,
    write: false,
  })
  const bytesOf = (file: string) => {
    const output = outputFiles.find(({ path }) => path === `${root}${file}`)
    if (output === undefined) throw new Error(`unable to bundle the functions; esbuild made no ${file}`)
    return output.contents
  }
  return Object.keys(functions).map((name) => {
    const { inputs: parts = {}, imports = [] } = metafile.outputs[`dist/${name}.mjs`] ?? {}
    const inputs = Object.entries(parts)
    const loads = besides.filter(({ file }) => imports.some(({ path }) => path === `./${file}`))
    return {
      name,
      code: bytesOf(`dist/${name}.mjs`),
      sourceMap: bytesOf(`dist/${name}.mjs.map`),
      besides: new Map(loads.map(({ file }) => [file, bytesOf(`dist/${file}`)])),
      contents: new Map(inputs.map(([path, { bytesInOutput }]) => [path.replace(/^lean-\d+:/, ''), bytesInOutput])),
    }
  })
}
