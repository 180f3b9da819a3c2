import type { Line } from '../../src/archive/line.ts'
import type { Scope } from '../../src/archive/pages.ts'
import { count, ProgressLine } from '../shared/progress-line.ts'
import { numberOf, type TableOptions, withTable } from '../shared/with-table.ts'
import { fileOutput, standardOutput } from './output.ts'
import { totalRows } from './total-rows.ts'

const USAGE =
  'usage: npm run export -- --all | --room ID | --user ID [--out FILE] [--files FOLDER | --links HOURS]' +
  ' [--units-per-second N] [--local URL]'

const MAX_LINK_HOURS = 7 * 24

export interface ExportOptions extends TableOptions {
  all?: boolean
  room?: string | undefined
  user?: string | undefined
  out?: string | undefined
  files?: string | undefined
  links?: string | undefined
}

/**
 * Writes an archive to a file or to stdout, and a summary to stderr.
 *
 * @returns the exit status: 1 if files were missing
 * @throws Error if the export failed or is incomplete
 */
export async function runExport(options: ExportOptions): Promise<number> {
  const [scope, of] = scopeOf(options)
  if (options.files !== undefined && options.links !== undefined) throw new Error(USAGE)
  const hours = options.links === undefined ? undefined : numberOf('export', '--links', options.links, MAX_LINK_HOURS)
  const paced = await withTable('export', options)
  // Imported late, because these modules read the environment when they are loaded.
  const { pagesOf } = await import('../../src/archive/pages.ts')
  const files = await filesOf(options.files, hours)
  const total = await totalRows(scope)
  const output = options.out === undefined ? standardOutput : await fileOutput(options.out, of)
  const cursor = output.cursor === '' ? undefined : output.cursor
  // Written along with the first page, so that an export that could not begin leaves no file.
  const head = cursor === undefined ? [{ type: 'archive', version: 1, of }] : []
  const bar = new ProgressLine('exporting')
  const done = { read: 0, lines: 0, missing: 0 }
  for await (const page of pagesOf(scope, cursor, Date.now())) {
    await output.write([...head.splice(0), ...(await files.of(page.lines, () => done.missing++))], page.cursor)
    done.read += page.read
    done.lines += page.lines.length
    bar.show(total && done.read / total, count(done.lines, 'line'))
  }
  bar.end()
  await output.end()
  const missing = done.missing === 0 ? '' : `, ${count(done.missing, 'file')} missing`
  console.error(
    `${count(done.lines, 'line')} of ${count(done.read, 'row')}${missing}; ${count(paced.used(), 'unit')} used`,
  )
  return done.missing === 0 ? 0 : 1
}

/** @throws Error unless exactly one scope is named */
function scopeOf({ all, room, user }: ExportOptions): [Scope, string] {
  const named: [Scope, string][] = [
    ...(all === true ? [[{ all: true }, 'all'] satisfies [Scope, string]] : []),
    ...(room === undefined ? [] : [[{ chatRoomId: room }, `room ${room}`] satisfies [Scope, string]]),
    ...(user === undefined ? [] : [[{ userId: user }, `user ${user}`] satisfies [Scope, string]]),
  ]
  if (named.length !== 1) throw new Error(USAGE)
  return named[0]!
}

/**
 * Returns a function that adds links or copies to the lines of files. A file that is no longer in the bucket is
 * reported.
 */
async function filesOf(folder: string | undefined, hours: number | undefined) {
  const [{ copyTo }, { withLink }] = await Promise.all([
    import('./copy-file.ts'),
    import('../../src/archive/link-of.ts'),
  ])
  const placed = async (line: Line): Promise<Line> => {
    if (folder !== undefined) return copyTo(folder)(line)
    return hours === undefined ? line : withLink(line, hours * 3_600)
  }
  return {
    async of(lines: readonly Line[], onMissing: () => void): Promise<Line[]> {
      const written: Line[] = []
      for (const line of lines) {
        try {
          written.push(await placed(line))
        } catch (error) {
          if (!['NoSuchKey', 'NoSuchVersion'].includes((error as Error).name)) throw error
          onMissing()
          console.error(`missing: ${String(line.fileUrl)}`)
          written.push(line)
        }
      }
      return written
    },
  }
}
