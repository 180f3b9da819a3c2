import { withLink } from '../archive/link-of.ts'
import type { Page } from '../archive/pages.ts'
import { EXPORT_DAYS } from '../files/exports.ts'

/** A step ends after this many bytes of lines, or this many rows, and stores its cursor. */
const STEP_BYTES = 8 * 2 ** 20
const STEP_ROWS = 20_000

const LINK_SECONDS = EXPORT_DAYS * 24 * 60 * 60

/** Returns a line of an archive as JSON Lines text. */
export const textOf = (line: object): string => `${JSON.stringify(line)}\n`

/**
 * Returns the text of an archive's pages until a step has enough. `from` is where the next step continues; undefined at
 * the end.
 */
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
