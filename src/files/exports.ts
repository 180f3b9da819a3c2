import { signUrl } from './sign-url.ts'

/** Prefix of the keys of what jobs export. The bucket's lifecycle expires it after `EXPORT_DAYS`. */
export const EXPORTS_PREFIX = 'exports/'

export const EXPORT_DAYS = 7

const DAY_MS = 24 * 60 * 60 * 1_000
const LINK_SECONDS = 60 * 60

export const exportKeyOf = (jobId: string): string => `${EXPORTS_PREFIX}${jobId}.jsonl`

/**
 * A link to what a job has exported, good for an hour: ask again for another. Undefined when it has expired.
 *
 * @param doneAt of the job, epoch milliseconds, as `now`
 */
export async function exportUrl(jobId: string, doneAt: number, now: number): Promise<string | undefined> {
  if (doneAt + EXPORT_DAYS * DAY_MS <= now) return undefined
  const query = { 'response-content-disposition': `attachment; filename="${jobId}.jsonl"` }
  return signUrl('GET', exportKeyOf(jobId), query, { signingDate: new Date(now), expiresIn: LINK_SECONDS })
}
