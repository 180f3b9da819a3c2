import { PutObjectCommand } from '@aws-sdk/client-s3'
import { leaveRooms, noteErased } from '../changes/leave-rooms.ts'
import { getConnection, requestClose } from '../entities/connection.ts'
import { type Erasure, scanRows, type StoredKey } from '../entities/erasure.ts'
import { finishJob, getJob, type JobRow, openJobs } from '../entities/job.ts'
import { connectionsOfUser } from '../entities/user-connection.ts'
import { bucket, erasureKeyOf } from '../files/bucket-settings.ts'
import { s3 } from '../files/s3-client.ts'
import { forgetRow } from './forget-row.ts'
import { SETTLED_MS } from './purge-room.ts'
import type { Step } from './step.ts'

/** How many parts of the table are scanned in parallel, and how many rows of each part one step reads. */
const SEGMENTS = 4
const ROWS = 250

/** How many users share one scan. */
const MAX_USERS = 50

/** Milliseconds until the next check, while something else has to end first. */
const LATER_MS = 60_000

/** How many open jobs are searched for jobs about the same user, or jobs that can share a scan. */
const MAX_JOBS = 1_000

/** The progress of a scan in one part of the table. */
interface Part {
  after?: StoredKey
  isDone?: true
  /** The room whose messages are being processed, and the erased users who wrote some of them. */
  room?: { chatRoomId: string; userIds: string[] }
}

/**
 * The progress of a job. First the user leaves all rooms; then the job is ready. One of the ready jobs scans for all of
 * them.
 */
type Cursor =
  { stage: 'leave' | 'ready' } | { stage: 'scan'; jobs: { jobId: string; erasure: Erasure }[]; parts: Part[] }

/**
 * Removes a user from everywhere. First the user leaves their rooms. A minute later, when no request of theirs can
 * still be running, the table is scanned once for all users who are ready to be erased. Only a scan finds all rows of a
 * user: an index by author would cost a write for each message, for something that is needed about twice a month. AP5,
 * AP8, AP11, AP12, AP38, AP49, AP67, AP72, AP74, AP79, AP81, AP88, AP89, AP90, AP127, AP146, and the patterns that
 * `forgetRow` uses.
 */
export async function eraseUser(job: JobRow, now: number): Promise<Step> {
  const cursor = (job.cursor === undefined ? { stage: 'leave' } : JSON.parse(job.cursor)) as Cursor
  if (cursor.stage === 'scan') return scan(cursor, now)
  const erasure = JSON.parse(job.args) as Erasure
  return cursor.stage === 'leave' ? leave(erasure, job, now) : begin(erasure, job, now)
}

const at = (cursor: Cursor): string => JSON.stringify(cursor)

/** Leaves a page of the rooms that the action did not reach. The record in the bucket survives a loss of the table. */
async function leave(erasure: Erasure, { cursor }: JobRow, now: number): Promise<Step> {
  const { userId } = erasure
  if (cursor === undefined) {
    const Body = JSON.stringify(erasure)
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: erasureKeyOf(userId), Body }))
  }
  const { left } = await leaveRooms(userId, now)
  return { cursor: at({ stage: left > 0 ? 'leave' : 'ready' }), done: left }
}

/** Waits until the user's writes and any other scan have ended. This job then scans for all jobs that are ready. */
async function begin({ userId }: Erasure, job: JobRow, now: number): Promise<Step> {
  const wait = (notBefore: number): Step => ({ cursor: job.cursor!, done: 0, notBefore })
  if (now < job.createdAt + SETTLED_MS) return wait(job.createdAt + SETTLED_MS)
  if (await isConnected(userId, now)) return wait(now + LATER_MS)
  // A connection that was about to end may have entered another room.
  const { left } = await leaveRooms(userId, now)
  if (left > 0) return { cursor: job.cursor!, done: left }
  const jobs = await openJobs(MAX_JOBS)
  const isAboutThem = ({ kind, args }: JobRow) => kind !== job.kind && args.includes(JSON.stringify(userId))
  const stages = jobs.filter(({ kind }) => kind === job.kind).map((other) => [other, stageOf(other)] as const)
  if (jobs.some(isAboutThem) || stages.some(([, stage]) => stage === 'scan')) return wait(now + LATER_MS)
  const isReady = ({ createdAt }: JobRow, stage: string) => stage === 'ready' && now >= createdAt + SETTLED_MS
  const others = stages.filter(([other, stage]) => other.jobId !== job.jobId && isReady(other, stage))
  // This job's own progress may not be stored yet, so it is added explicitly.
  const ready = [job, ...others.map(([other]) => other)]
  const together = ready.slice(0, MAX_USERS).map(({ jobId, args }) => ({
    jobId,
    erasure: JSON.parse(args) as Erasure,
  }))
  return { cursor: at({ stage: 'scan', jobs: together, parts: Array<Part>(SEGMENTS).fill({}) }), done: 0 }
}

const stageOf = ({ cursor }: JobRow) => (cursor === undefined ? 'leave' : (JSON.parse(cursor) as Cursor).stage)

/** Whether the user still has a connection. Each of them is asked to close once more. */
async function isConnected(userId: string, now: number): Promise<boolean> {
  const ids = await connectionsOfUser(userId, now)
  const there = (await Promise.all(ids.map(getConnection))).filter((one) => one?.userId === userId)
  await Promise.all(there.map((one) => requestClose(one!.connectionId, 'blocked', now)))
  return there.length > 0
}

async function scan(cursor: Extract<Cursor, { stage: 'scan' }>, now: number): Promise<Step> {
  const erasures = new Map(cursor.jobs.map(({ erasure }) => [erasure.userId, erasure]))
  const scanned = await Promise.all(cursor.parts.map((part, index) => scanPart(part, index, erasures, now)))
  const done = scanned.reduce((sum, { count }) => sum + count, 0)
  const parts = scanned.map(({ part }) => part)
  if (parts.some(({ isDone }) => !isDone)) return { cursor: at({ ...cursor, parts }), done }
  // The jobs that shared the scan. The job that scanned ends with this step.
  const jobs = await Promise.all(cursor.jobs.map(({ jobId }) => getJob(jobId)))
  const others = jobs.filter((job) => job !== undefined && job.doneAt === undefined && stageOf(job) === 'ready')
  await Promise.all(others.map((job) => finishJob(job!, 0, now)))
  return { done }
}

/**
 * Processes a page of one part. A room's messages are consecutive, so its clients are informed again after the last of
 * them.
 */
async function scanPart(part: Part, index: number, erasures: ReadonlyMap<string, Erasure>, now: number) {
  if (part.isDone) return { part, count: 0 }
  const { rows, next } = await scanRows({ index, of: SEGMENTS }, { after: part.after, limit: ROWS })
  let { room } = part
  for (const row of rows) {
    const userIds = await forgetRow(row, erasures, now)
    const chatRoomId = String(row.ChatRoomId)
    if (room !== undefined && (room.chatRoomId !== chatRoomId || row.__edb_e__ !== 'Message')) {
      await noteErased(room.chatRoomId, room.userIds, now)
      room = undefined
    }
    if (userIds.length > 0) room = { chatRoomId, userIds: [...new Set([...(room?.userIds ?? []), ...userIds])] }
  }
  if (next === undefined && room !== undefined) await noteErased(room.chatRoomId, room.userIds, now)
  const rest: Part = next === undefined ? { isDone: true } : { after: next, ...(room !== undefined && { room }) }
  return { part: rest, count: rows.length }
}
