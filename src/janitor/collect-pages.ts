import { withLink } from '../archive/link-of.ts'
import type { Page } from '../archive/pages.ts'
import { EXPORT_DAYS } from '../files/exports.ts'

/** After so many bytes of lines, or so many rows, the place is noted. */
const STEP_BYTES = 8 * 2 ** 20
const STEP_ROWS = 20_000

const LINK_SECONDS = EXPORT_DAYS * 24 * 60 * 60

export const textOf = (line: object): string => `${JSON.stringify(line)}\n`

/** The text of pages of an archive, up to one after which it is enough. There is no `from` when there are no others. */
export async function collectPages(pages: AsyncIterable<Page>): Promise<{ text: string; read: number; from?: string }> {
  const texts: string[] = []
  let [bytes, read] = [0, 0]
  for await (const page of pages) {
    for (const line of page.lines) {
      const text = textOf(await withLink(line, LINK_SECONDS))
      bytes += Buffer.byteLength(text)
      texts.push(text)
    }
    read += page.read
    const isEnough = bytes >= STEP_BYTES || read >= STEP_ROWS
    if (isEnough && page.cursor !== undefined) return { text: texts.join(''), read, from: page.cursor }
  }
  return { text: texts.join(''), read }
}
