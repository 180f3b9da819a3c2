/**
 * `npm run build:client`: builds the SDK's package into `dist/client/`. `npm pack ./dist/client` then makes a tarball.
 */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeDeclarations } from './declarations.ts'
import { manifestOf, type Repository } from './manifest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const entries = ['client/index.ts', 'client/node.ts', 'client/react/index.ts', 'client/look.ts']

/**
 * Builds the package: `index.js` for browsers and `node.js` for Node, both ESM in one file each; `react.js`, which
 * needs one of them and React; `look.js`, which draws placeholders for pictures; their types below `types/`; `chat.js`,
 * the terminal client; `LICENSE`, `README.md` and `package.json`. Deletes what was in the directory.
 *
 * @throws Error with the compiler's message, if a type can't be written out
 */
export async function buildClient(outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true })
  const shared = {
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    outdir: outDir,
    absWorkingDir: root,
  } as const
  await Promise.all([
    build({ ...shared, entryPoints: [entries[0]!], platform: 'browser' }),
    build({ ...shared, entryPoints: { look: entries[3]! }, platform: 'browser' }),
    build({
      ...shared,
      entryPoints: { react: entries[2]! },
      platform: 'neutral',
      external: ['react'],
      // The hooks run in the browser, even if a server component imports them.
      banner: { js: "'use client'" },
    }),
    build({
      ...shared,
      entryPoints: { node: entries[1]!, chat: 'scripts/chat/main.ts' },
      platform: 'node',
      external: ['ws'],
    }),
  ])
  await writeDeclarations(root, entries, resolve(outDir, 'types'))
  await copyFile(resolve(root, 'LICENSE'), resolve(outDir, 'LICENSE'))
  await copyFile(resolve(root, 'client/README.md'), resolve(outDir, 'README.md'))
  const repository = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as Repository
  await writeFile(resolve(outDir, 'package.json'), `${JSON.stringify(manifestOf(repository), undefined, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient(resolve(root, 'dist/client'))
