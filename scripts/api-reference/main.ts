/**
 * `npm run docs:api`: writes the reference of the SDK as HTML to `dist/api/`, from the types in its package. A warning,
 * such as a broken link, is a failure.
 */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application } from 'typedoc'
import { buildClient } from '../build-client/main.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [built, out] = [resolve(root, 'dist/client'), resolve(root, 'dist/api')]

await buildClient(built)
const tsconfig = resolve(root, 'dist/api-tsconfig.json')
const compilerOptions = { module: 'nodenext', lib: ['es2023', 'dom'], strict: true, skipLibCheck: true }
await writeFile(tsconfig, JSON.stringify({ compilerOptions, include: ['client/types'] }))
const application = await Application.bootstrap({
  name: 'Tabletalk’s SDK',
  entryPoints: ['index', 'react/index', 'look'].map((entry) => resolve(built, `types/client/${entry}.d.ts`)),
  tsconfig,
  readme: resolve(root, 'client/README.md'),
  // Types that are used by the exported ones are explained where they are used.
  validation: { notExported: false },
  treatWarningsAsErrors: true,
})
const project = await application.convert()
if (project !== undefined) {
  application.validate(project)
  await application.generateDocs(project, out)
}
if (project === undefined || application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1
else console.log(`wrote dist/api/index.html`)
