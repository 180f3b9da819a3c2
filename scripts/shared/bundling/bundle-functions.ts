import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import type { Stack } from '../../../terraform/stack.ts'
import { leanDependencies } from './lean-dependencies.ts'

export interface FunctionBundle {
  name: string
  code: Uint8Array
  sourceMap: Uint8Array
  /** Bytes in `code` by source file, relative to the project. */
  contents: ReadonlyMap<string, number>
}

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * How a function is built for Lambda. What made a difference to size or start: ESM (CommonJS starts twice as slowly and
 * can't be shaken), packages' `module` entry before their `main`, and lean dependencies.
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
  outExtension: { '.js': '.mjs' },
  plugins: [leanDependencies],
  logLevel: 'error',
} satisfies BuildOptions

/** Bundles each function of the stack on its own, with only what it uses; nothing is written. */
export async function bundleFunctions(functions: Stack['functions']): Promise<FunctionBundle[]> {
  const { outputFiles, metafile } = await build({
    ...lambdaBuild,
    entryPoints: Object.entries(functions).map(([out, { entry }]) => ({ in: entry, out })),
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
    const inputs = Object.entries(metafile.outputs[`dist/${name}.mjs`]?.inputs ?? {})
    return {
      name,
      code: bytesOf(`dist/${name}.mjs`),
      sourceMap: bytesOf(`dist/${name}.mjs.map`),
      contents: new Map(inputs.map(([path, { bytesInOutput }]) => [path.replace(/^lean-\d+:/, ''), bytesInOutput])),
    }
  })
}
