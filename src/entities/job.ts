import { createHash, randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, service, table, verbatim } from './table.ts'

/** The janitor's kinds of work. `src/janitor/job-kinds.ts` has their steps. */
const jobKinds = [
  'purgeRoom',
  'deleteMessages',
  'recountReactions',
  'countMembers',
  'truncateRoom',
  'exportRoom',
  'exportUser',
  'eraseUser',
] as const

export type JobKind = (typeof jobKinds)[number]

/**
 * Work that takes too long for an action, and that the janitor does later. Key: JobId, in the order of time, in one
 * partition of all open jobs. A finished job moves to the partition of finished jobs, without its arguments and its
 * cursor, so it no longer says which room or user it was about.
 *
 * - AP72 `openJobs`: what is to be done? (the oldest)
 * - AP73 `saveProgress`: note where the next turn continues
 * - AP74 `finishJob`: note that a job is finished
 * - AP122 `putJob`: add a job, unless it is queued already
 * - AP127 `getJob`: what has become of this job?
 * - AP128 `noteFailure`: note why a job's last turn failed
 */
// Pure, for the bundles: functions that import it with the memberships and have no jobs go without it.
export const Job = /* @__PURE__ */ new Entity(
  {
    model: { entity: 'Job', version: '1', service },
    attributes: {
      /** `jobs` for open jobs, `jobs-done` for finished ones. */
      list: { type: 'string', field: 'pk', required: true },
      /** `<epoch ms, 13 digits>-<random>` */
      jobId: { type: 'string', field: 'sk', required: true },
      kind: { type: jobKinds, field: 'Kind', required: true },
      /** JSON; its shape depends on the kind. */
      args: { type: 'string', field: 'Args', required: true },
      /** Where the next turn continues; its form depends on the kind. Absent before the first turn. */
      cursor: { type: 'string', field: 'Cursor' },
      /** Number of items that are done. */
      done: { type: 'number', field: 'Done', required: true },
      /** Number of items that there were at the beginning, where that is known. */
      total: { type: 'number', field: 'Total' },
      /** Why the last turn failed. The next successful turn removes it. */
      error: { type: 'string', field: 'Error' },
      /** Epoch milliseconds at which the job was finished. Absent in an open job. */
      doneAt: { type: 'number', field: 'DoneAt' },
      /** Epoch milliseconds. */
      createdAt: { type: 'number', field: 'CreatedAt', required: true },
      /** Epoch seconds, the table's TTL: 90 days. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { list: /* @__PURE__ */ verbatim('list', 'jobId') },
  },
  { table, client },
)

export type JobRow = EntityItem<typeof Job>

const LIST = 'jobs'
const DONE = 'jobs-done'
const LIFETIME_SECONDS = 90 * 24 * 60 * 60
const DIGITS = 13

/** Makes the item of a new job. */
export const jobItem = (kind: JobKind, args: object, now: number): JobRow => ({
  list: LIST,
  jobId: `${String(now).padStart(DIGITS, '0')}-${randomBytes(6).toString('base64url')}`,
  kind,
  args: JSON.stringify(args),
  done: 0,
  createdAt: now,
  expiresAt: Math.ceil(now / 1_000) + LIFETIME_SECONDS,
})

export const HOUR_MS = 60 * 60 * 1_000

/**
 * Makes the item of a job that is the same for all requests within one hour of the clock, so it is queued once an hour.
 *
 * @param about as in `singleJobItem`
 */
export function hourlyJobItem(kind: JobKind, args: object, now: number, about = args): JobRow {
  const hour = now - (now % HOUR_MS)
  return singleJobItem(kind, args, hour, hour, about)
}

/**
 * Makes the item of a job whose id depends only on its arguments and `since`, so the same job is queued once.
 *
 * @param since epoch milliseconds of what the job is about. The id begins with it, so a job about something older runs
 *   earlier
 * @param about what the id depends on in place of the arguments
 */
export function singleJobItem(kind: JobKind, args: object, since: number, now: number, about = args): JobRow {
  const hash = createHash('sha256').update(JSON.stringify(about)).digest('base64url').slice(0, 22)
  return { ...jobItem(kind, args, now), jobId: `${String(since).padStart(DIGITS, '0')}-${hash}` }
}

/** AP122. Adds a job. Does nothing if a job with this id is open already. */
export async function putJob(job: JobRow): Promise<void> {
  await Job.create(job).go({ returnOnConditionCheckFailure: true })
}

/** AP72. Returns the oldest open jobs, at most `limit`. Strongly consistent. */
export async function openJobs(limit: number): Promise<JobRow[]> {
  const { data } = await Job.query.list({ list: LIST }).go({ consistent: true, limit, count: limit, pages: 'all' })
  return data
}

/** AP73. Notes what a turn has done and where the next one continues. Does nothing if the job is gone. */
export async function saveProgress({ jobId }: JobRow, progress: Progress): Promise<void> {
  const { cursor, done, total } = progress
  await Job.patch({ list: LIST, jobId })
    .set(defined({ cursor, total }))
    .add({ done })
    .remove(['error'])
    .go({ returnOnConditionCheckFailure: true })
}

/** What one turn has done. */
interface Progress {
  cursor: string
  /** Number of items that this turn has done. */
  done: number
  total?: number | undefined
}

const MAX_ERROR_CHARS = 256

/** AP128. Notes why a turn failed, in 256 characters at most. Does nothing if the job is gone. */
export async function noteFailure({ jobId }: JobRow, error: string): Promise<void> {
  await Job.patch({ list: LIST, jobId })
    .set({ error: error.slice(0, MAX_ERROR_CHARS) })
    .go({ returnOnConditionCheckFailure: true })
}

/**
 * AP74. Moves a job to the finished ones. It is added there before it is deleted here, so it is never in neither list.
 *
 * @param done number of items that the last turn has done
 */
export async function finishJob({ jobId, kind, createdAt, total, ...job }: JobRow, done: number, now: number) {
  const expiresAt = Math.ceil(now / 1_000) + LIFETIME_SECONDS
  const row = { list: DONE, jobId, kind, args: '', done: job.done + done, createdAt, doneAt: now, expiresAt }
  await Job.put({ ...row, ...defined({ total }) }).go()
  await Job.delete({ list: LIST, jobId }).go()
}

/** AP127. Returns an open job, or one that was finished in the last 90 days. Strongly consistent. */
export async function getJob(jobId: string): Promise<JobRow | undefined> {
  // In this order, because a job that is being finished is added to the second list before it leaves the first.
  const { data } = await Job.get({ list: LIST, jobId }).go({ consistent: true })
  return data ?? (await Job.get({ list: DONE, jobId }).go({ consistent: true })).data ?? undefined
}
