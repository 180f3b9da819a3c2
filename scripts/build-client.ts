/** `npm run build:client`: the SDK as a package ships it, in `dist/client/`. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'

const root = fileURLToPath(new URL('../', import.meta.url))
const entries = ['src/client/index.ts', 'src/client/node.ts']

/**
 * Makes `index.js` for browsers and `node.js` for Node, both ESM in one file each, their types below `types/`, and
 * `chat.js`, the terminal client.
 *
 * @throws Error with the compiler's words when a type can't be written down
 */
export async function buildClient(outDir: string): Promise<void> {
  const shared = {
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: outDir,
    absWorkingDir: root,
  } as const
  await Promise.all([
    build({ ...shared, entryPoints: [entries[0]!], platform: 'browser' }),
    build({
      ...shared,
      entryPoints: [entries[1]!, 'scripts/chat.ts'],
      entryNames: '[name]',
      platform: 'node',
      external: ['ws'],
    }),
  ])
  writeTypes(outDir)
}

function writeTypes(outDir: string): void {
  const { config } = ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    entries.map((entry) => resolve(root, entry)),
    {
      ...options,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      // What a room needs of its client is no business of the application's.
      stripInternal: true,
      rootDir: resolve(root, 'src'),
      outDir: resolve(outDir, 'types'),
      allowImportingTsExtensions: true,
    },
  )
  const emitted = program.emit(undefined, (path, text) => {
    // Declarations keep the `.ts` of their imports, which a consumer's compiler refuses.
    ts.sys.writeFile(
      path,
      text
        .replaceAll(/(from ['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2')
        .replaceAll(/(import\(['"]\.{1,2}\/[^'"]+)\.ts(['"]\))/g, '$1.js$2'),
    )
  })
  if (emitted.diagnostics.length > 0) {
    throw new Error(ts.formatDiagnostics(emitted.diagnostics, ts.createCompilerHost(options)))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient(resolve(root, 'dist/client'))
