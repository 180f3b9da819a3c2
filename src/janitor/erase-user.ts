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

/** Parts of the table that are scanned side by side, and rows of each in one step. */
const SEGMENTS = 4
const ROWS = 250

/** Users in one scan. */
const MAX_USERS = 50

/** Milliseconds until another look, while something else has to end before. */
const LATER_MS = 60_000

/** Jobs that are looked at, to find those that are about the same user or that share a scan. */
const MAX_JOBS = 1_000

/** Where a scan is in one part of the table. */
interface Part {
  after?: StoredKey
  isDone?: true
  /** The room whose messages are being worked, and who of the erased has said some of them. */
  room?: { chatRoomId: string; userIds: string[] }
}

/** Where a job is: its users leave, then it is ready; one of those that are ready scans the table for all of them. */
type Cursor =
  { stage: 'leave' | 'ready' } | { stage: 'scan'; jobs: { jobId: string; erasure: Erasure }[]; parts: Part[] }

/**
 * Takes a user out of everything: they leave their rooms; and a minute later, when no request of theirs is under way,
 * the table is scanned once for all who are to be erased by then. Nothing finds a user's rows but a scan: an index by
 * author would cost each message a write for ever, for what is asked for twice a month. AP5, AP8, AP11, AP12, AP38,
 * AP49, AP67, AP72, AP74, AP79, AP81, AP88, AP89, AP90, AP127, AP146, and what `forgetRow` asks for.
 */
export async function eraseUser(job: JobRow, now: number): Promise<Step> {
  const cursor = (job.cursor === undefined ? { stage: 'leave' } : JSON.parse(job.cursor)) as Cursor
  if (cursor.stage === 'scan') return scan(cursor, now)
  const erasure = JSON.parse(job.args) as Erasure
  return cursor.stage === 'leave' ? leave(erasure, job, now) : begin(erasure, job, now)
}

const at = (cursor: Cursor): string => JSON.stringify(cursor)

/** A page of the rooms that the action hasn't come to. The record in the bucket outlives the table. */
async function leave(erasure: Erasure, { cursor }: JobRow, now: number): Promise<Step> {
  const { userId } = erasure
  if (cursor === undefined) {
    const Body = JSON.stringify(erasure)
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: erasureKeyOf(userId), Body }))
  }
  const { left } = await leaveRooms(userId, now)
  return { cursor: at({ stage: left > 0 ? 'leave' : 'ready' }), done: left }
}

/** Waits for what may still write, and for another scan; then it is the one that scans, for all that are ready. */
async function begin({ userId }: Erasure, job: JobRow, now: number): Promise<Step> {
  const wait = (notBefore: number): Step => ({ cursor: job.cursor!, done: 0, notBefore })
  if (now < job.createdAt + SETTLED_MS) return wait(job.createdAt + SETTLED_MS)
  if (await isConnected(userId, now)) return wait(now + LATER_MS)
  // A connection that was about to end may have entered a room.
  const { left } = await leaveRooms(userId, now)
  if (left > 0) return { cursor: job.cursor!, done: left }
  const jobs = await openJobs(MAX_JOBS)
  const isAboutThem = ({ kind, args }: JobRow) => kind !== job.kind && args.includes(JSON.stringify(userId))
  const stages = jobs.filter(({ kind }) => kind === job.kind).map((other) => [other, stageOf(other)] as const)
  if (jobs.some(isAboutThem) || stages.some(([, stage]) => stage === 'scan')) return wait(now + LATER_MS)
  const isReady = ({ createdAt }: JobRow, stage: string) => stage === 'ready' && now >= createdAt + SETTLED_MS
  const others = stages.filter(([other, stage]) => other.jobId !== job.jobId && isReady(other, stage))
  // What it has come to itself may not have been saved yet.
  const ready = [job, ...others.map(([other]) => other)]
  const together = ready.slice(0, MAX_USERS).map(({ jobId, args }) => ({
    jobId,
    erasure: JSON.parse(args) as Erasure,
  }))
  return { cursor: at({ stage: 'scan', jobs: together, parts: Array<Part>(SEGMENTS).fill({}) }), done: 0 }
}

const stageOf = ({ cursor }: JobRow) => (cursor === undefined ? 'leave' : (JSON.parse(cursor) as Cursor).stage)

/** A connection that is still there is asked to end once more. */
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
  // Of those that shared the scan; the one that did it ends with this step.
  const jobs = await Promise.all(cursor.jobs.map(({ jobId }) => getJob(jobId)))
  const others = jobs.filter((job) => job !== undefined && job.doneAt === undefined && stageOf(job) === 'ready')
  await Promise.all(others.map((job) => finishJob(job!, 0, now)))
  return { done }
}

/** A page. What was said in a room stands together: its clients forget once more when the last of it is worked. */
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
