import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type PageFile, PageFiles } from '../../local/page/page-files.ts'
import { root } from '../../scripts/shared/bundling/bundle-functions.ts'

const run = promisify(execFile)

/** The last commit of 0.1.0. */
const BEFORE = 'ec7d5cd'

/**
 * Today's page and that of 0.1.0, which the same server serves: the protocol only gains. The old one is built from the
 * repository with the packages of today.
 */
export class TwoPages extends PageFiles {
  readonly #before: PageFiles
  /** Which one is served. */
  shown: 'before' | 'now' = 'now'

  /** @param folder of the old page's sources, below the repository so that they find their packages */
  constructor(folder: string) {
    super()
    this.#before = new PageFiles(async () => {
      await unpack(folder)
      const { href } = pathToFileURL(join(folder, 'web/build-page.ts'))
      const { buildPage } = (await import(href)) as { buildPage: () => Promise<PageFile[]> }
      return buildPage()
    })
  }

  override get(path: string): Promise<PageFile | undefined> {
    return this.shown === 'now' ? super.get(path) : this.#before.get(path)
  }
}

async function unpack(folder: string): Promise<void> {
  const archive = join(folder, 'page.tar')
  await mkdir(folder, { recursive: true })
  await run('git', ['archive', `--output=${archive}`, BEFORE, 'web', 'src', 'tsconfig.json'], { cwd: root }).catch(
    (cause: unknown) => {
      throw new Error(`unable to build the page of 0.1.0; this copy of the repository has no commit ${BEFORE}`, {
        cause,
      })
    },
  )
  await run('tar', ['-xf', archive, '-C', folder])
  // Its sources are modules, as the package says that they lie in.
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
}
