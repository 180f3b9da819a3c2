import { signUrl } from './sign-url.ts'

/** Prefix of the keys of exports. The bucket's lifecycle deletes them after `EXPORT_DAYS`. */
export const EXPORTS_PREFIX = 'exports/'

/** How long an export can be downloaded, in days. */
export const EXPORT_DAYS = 7

const DAY_MS = 24 * 60 * 60 * 1_000
const LINK_SECONDS = 60 * 60

/** Returns the key of the file that an export job writes. */
export const exportKeyOf = (jobId: string): string => `${EXPORTS_PREFIX}${jobId}.jsonl`

/**
 * Returns a link to a job's export, valid for an hour; undefined if the export has expired.
 *
 * @param doneAt when the job ended, in epoch milliseconds, like `now`
 */
export async function exportUrl(jobId: string, doneAt: number, now: number): Promise<string | undefined> {
  if (doneAt + EXPORT_DAYS * DAY_MS <= now) return undefined
  const query = { 'response-content-disposition': `attachment; filename="${jobId}.jsonl"` }
  return signUrl('GET', exportKeyOf(jobId), query, { signingDate: new Date(now), expiresIn: LINK_SECONDS })
}
