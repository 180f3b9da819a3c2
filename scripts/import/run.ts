import { count, ProgressLine } from '../shared/progress-line.ts'
import { type TableOptions, withTable } from '../shared/with-table.ts'
import type { Counts } from './import-archive.ts'

const USAGE =
  'usage: npm run import -- [--dry-run] [--files FOLDER] [--units-per-second N] [--local URL] <archive.jsonl>'

/** Most refusals that are printed. All are counted. */
const MAX_REFUSALS = 20

export interface ImportOptions extends TableOptions {
  'dry-run'?: boolean
  files?: string | undefined
}

/**
 * Imports an archive and prints a summary.
 *
 * @returns the exit status: 1 if lines were refused
 * @throws Error if the import failed or is incomplete
 */
export async function runImport(positionals: readonly string[], options: ImportOptions): Promise<number> {
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new Error(USAGE)
  const { 'dry-run': dryRun = false, files } = options
  const paced = dryRun ? undefined : await withTable('import', options)
  // Imported late, because the module reads the environment when it is loaded.
  const { importArchive } = await import('./import-archive.ts')
  const putFile = files === undefined ? undefined : (await import('./put-file.ts')).putFileOf(files)
  const line = new ProgressLine('importing')
  let refusals = 0
  const counts = await importArchive(path, {
    dryRun,
    ...(putFile && { putFile }),
    onRefused: (reason) => {
      line.end()
      if (++refusals <= MAX_REFUSALS) console.error(`refused: ${reason}`)
    },
    onProgress: (share, now) => line.show(share, describe(now)),
  })
  line.end()
  const lines = count(counts.lines, 'line')
  console.log(paced === undefined ? `${lines} checked` : `${describe(counts)}; ${count(paced.used(), 'unit')} used`)
  return counts.refused === 0 ? 0 : 1
}

const describe = ({ lines, written, there, refused, leftOut }: Counts): string =>
  `${count(lines, 'line')}: ${count(written, 'row')} written, ${there} there already, ${refused} refused` +
  (leftOut === 0 ? '' : `, ${leftOut} left out, of users who were erased`)
