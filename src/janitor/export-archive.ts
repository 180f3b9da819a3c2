import { type Page, pagesOf, type Scope } from '../archive/pages.ts'
import { withLink } from '../archive/link-of.ts'
import type { JobRow } from '../entities/job.ts'
import { EXPORT_DAYS, exportKeyOf } from '../files/exports.ts'
import { beginObject, endObject, type Growing, growObject } from '../files/grow-object.ts'
import type { Step } from './step.ts'

/** After so many bytes of lines, or so many rows, the place is noted. */
const STEP_BYTES = 8 * 2 ** 20
const STEP_ROWS = 20_000

const LINK_SECONDS = EXPORT_DAYS * 24 * 60 * 60

interface Place {
  growing: Growing
  /** Of the archive; absent at its beginning. */
  from?: string
}

/**
 * Writes an archive of a room or a user into the bucket, some pages at a time. It is one object, which is there when it
 * is whole. The cursor is how far both have come.
 */
export async function exportArchive(
  { jobId, args, cursor }: Pick<JobRow, 'jobId' | 'args' | 'cursor'>,
  now: number,
): Promise<Step> {
  const scope = JSON.parse(args) as Exclude<Scope, { all: true }>
  const key = exportKeyOf(jobId)
  const place = cursor === undefined ? undefined : (JSON.parse(cursor) as Place)
  if (place === undefined) {
    const of = 'userId' in scope ? `user ${scope.userId}` : `room ${scope.chatRoomId}`
    const growing = await growObject(key, await beginObject(key), textOf({ type: 'archive', version: 1, of }))
    return { cursor: JSON.stringify({ growing } satisfies Place), done: 0 }
  }
  const { text, read, from } = await collect(pagesOf(scope, place.from, now))
  if (from === undefined) {
    await endObject(key, place.growing, text)
    return { done: read }
  }
  const growing = await growObject(key, place.growing, text)
  return { cursor: JSON.stringify({ growing, from } satisfies Place), done: read }
}

const textOf = (line: object): string => `${JSON.stringify(line)}\n`

/** Pages up to one after which it is enough. `from` is undefined when there are no others. */
async function collect(pages: AsyncGenerator<Page>): Promise<{ text: string; read: number; from?: string }> {
  const texts: string[] = []
  let [bytes, read] = [0, 0]
  for await (const page of pages) {
    for (const line of page.lines) texts.push(textOf(await withLink(line, LINK_SECONDS)))
    bytes += texts.slice(-page.lines.length).reduce((sum, text) => sum + text.length, 0)
    read += page.read
    const isEnough = bytes >= STEP_BYTES || read >= STEP_ROWS
    if (isEnough && page.cursor !== undefined) return { text: texts.join(''), read, from: page.cursor }
  }
  return { text: texts.join(''), read }
}
