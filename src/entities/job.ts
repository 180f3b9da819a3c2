import { createHash, randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, service, table, verbatim } from './table.ts'

/** What the janitor can do; `src/janitor/job-kinds.ts` says how. */
const jobKinds = [
  'purgeRoom',
  'deleteMessages',
  'recountReactions',
  'truncateRoom',
  'exportRoom',
  'exportUser',
  'eraseUser',
] as const

export type JobKind = (typeof jobKinds)[number]

/**
 * Work that takes too long for an action, for the janitor. Key: the id, in the order of time, in one partition of all
 * jobs that are to be done. One that is done moves to the partition of those, without its arguments and where it was:
 * so nothing is left there of whom or what it was about.
 *
 * - AP72 `openJobs`: what is to be done? (the oldest)
 * - AP73 `saveProgress`: where does the next turn go on?
 * - AP74 `finishJob`: there is nothing left to do
 * - AP122 `putJob`: is this to be done, if it isn't noted yet?
 * - AP127 `getJob`: what has become of this job?
 * - AP128 `noteFailure`: why did its last turn fail?
 */
export const Job = new Entity(
  {
    model: { entity: 'Job', version: '1', service },
    attributes: {
      /** `jobs`, or `jobs-done`. */
      list: { type: 'string', field: 'pk', required: true },
      /** `<epoch ms, 13 digits>-<random>` */
      jobId: { type: 'string', field: 'sk', required: true },
      kind: { type: jobKinds, field: 'Kind', required: true },
      /** JSON, of the kind. */
      args: { type: 'string', field: 'Args', required: true },
      /** Where to go on, of the kind; absent at the beginning. */
      cursor: { type: 'string', field: 'Cursor' },
      /** Items that were worked. */
      done: { type: 'number', field: 'Done', required: true },
      /** Items that there were at the beginning, where that is known. */
      total: { type: 'number', field: 'Total' },
      /** Why the last turn failed; the next one that doesn't takes it away. */
      error: { type: 'string', field: 'Error' },
      /** Epoch milliseconds. Only of one that is done. */
      doneAt: { type: 'number', field: 'DoneAt' },
      /** Epoch milliseconds. */
      createdAt: { type: 'number', field: 'CreatedAt', required: true },
      /** Epoch seconds, the table's TTL: 90 days. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { list: verbatim('list', 'jobId') },
  },
  { table, client },
)

export type JobRow = EntityItem<typeof Job>

const LIST = 'jobs'
const DONE = 'jobs-done'
const LIFETIME_SECONDS = 90 * 24 * 60 * 60
const DIGITS = 13

/** The whole item. */
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

/** The whole item, the same for all who ask for this within an hour of the clock. */
export function hourlyJobItem(kind: JobKind, args: object, now: number): JobRow {
  const hour = now - (now % HOUR_MS)
  return singleJobItem(kind, args, hour, hour)
}

/**
 * The whole item, with the same id for all who ask for this.
 *
 * @param since epoch milliseconds, of what it is about: the id begins with it, so an older one is done before others
 */
export function singleJobItem(kind: JobKind, args: object, since: number, now: number): JobRow {
  const item = jobItem(kind, args, now)
  const about = createHash('sha256').update(item.args).digest('base64url').slice(0, 22)
  return { ...item, jobId: `${String(since).padStart(DIGITS, '0')}-${about}` }
}

/** AP122. One that is noted already stays as it is. */
export async function putJob(job: JobRow): Promise<void> {
  await Job.create(job).go({ returnOnConditionCheckFailure: true })
}

/** AP72. The oldest, consistent. */
export async function openJobs(limit: number): Promise<JobRow[]> {
  const { data } = await Job.query.list({ list: LIST }).go({ consistent: true, limit, count: limit, pages: 'all' })
  return data
}

/** AP73. Nothing happens when the job is gone. */
export async function saveProgress({ jobId }: JobRow, progress: Progress): Promise<void> {
  const { cursor, done, total } = progress
  await Job.patch({ list: LIST, jobId })
    .set(defined({ cursor, total }))
    .add({ done })
    .remove(['error'])
    .go({ returnOnConditionCheckFailure: true })
}

/** What a turn has come to. */
interface Progress {
  cursor: string
  /** Items of this turn. */
  done: number
  total?: number | undefined
}

const MAX_ERROR_CHARS = 256

/** AP128. Nothing happens when the job is gone. */
export async function noteFailure({ jobId }: JobRow, error: string): Promise<void> {
  await Job.patch({ list: LIST, jobId })
    .set({ error: error.slice(0, MAX_ERROR_CHARS) })
    .go({ returnOnConditionCheckFailure: true })
}

/** AP74. It is among those that are done before it is no longer among those that are to be. @param done of this turn */
export async function finishJob({ jobId, kind, createdAt, total, ...job }: JobRow, done: number, now: number) {
  const expiresAt = Math.ceil(now / 1_000) + LIFETIME_SECONDS
  const row = { list: DONE, jobId, kind, args: '', done: job.done + done, createdAt, doneAt: now, expiresAt }
  await Job.put({ ...row, ...defined({ total }) }).go()
  await Job.delete({ list: LIST, jobId }).go()
}

/** AP127. Consistent; also one that is done, for 90 days. */
export async function getJob(jobId: string): Promise<JobRow | undefined> {
  // In this order: one that is being finished meanwhile is in both lists for a moment.
  const { data } = await Job.get({ list: LIST, jobId }).go({ consistent: true })
  return data ?? (await Job.get({ list: DONE, jobId }).go({ consistent: true })).data ?? undefined
}
