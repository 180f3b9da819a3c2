import type { Context } from 'aws-lambda'
import { finishJob, type JobRow, noteFailure, openJobs, saveProgress } from '../entities/job.ts'
import { pace } from '../entities/pace.ts'
import { client } from '../entities/table.ts'
import { optional, wholeNumber } from '../env.ts'
import { logger } from '../logger.ts'
import { defined } from '../protocol/defined.ts'
import { stepOf } from './job-kinds.ts'
import type { DoStep } from './step.ts'

/**
 * How many writes to the table the janitor makes per second, so that the chat has the rest: a fortieth of a new table's
 * rate.
 */
const writesPerSecond = optional('JANITOR_WRITES_PER_SECOND', wholeNumber({ from: 1, to: 40_000 })) ?? 200

/** How many jobs take turns. */
const JOBS_AT_ONCE = 25

/** Items in one turn. After a turn, the progress is stored and the next job has its turn. */
const TURN = 1_000

/** Milliseconds that must remain before a turn or a step begins, so that it can end in time. */
const RESERVE_MS = 30_000

/** The steps by kind. A row may be of a newer version that has more kinds. */
type Steps = Readonly<Partial<Record<string, DoStep>>>

interface Result {
  /** When the next job can continue, in epoch milliseconds; undefined if no job waits. */
  next?: number
}

/**
 * Returns the function that runs the open jobs in turns, until each is done or waits, or the time is up. The next run
 * continues where this one was cut off, because every step may be repeated. A job that fails does not stop the others.
 *
 * @throws Error when a job has failed: the log has the reason, and the next run tries again
 */
export function janitor({
  steps = stepOf,
  clock = Date.now,
  writes = writesPerSecond,
}: { steps?: Steps; clock?: () => number; writes?: number } = {}) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<Result> => {
    const paced = pace(client, writes, 'writes')
    const run = new Run(steps, clock, () => context.getRemainingTimeInMillis() > RESERVE_MS)
    try {
      return await run.work()
    } finally {
      paced.end()
    }
  }
}

class Run {
  readonly #steps: Steps
  readonly #clock: () => number
  readonly #hasTime: () => boolean
  readonly #failed = new Set<string>()
  /** When each waiting job can continue, in epoch milliseconds. */
  readonly #waiting = new Map<string, number>()

  constructor(steps: Steps, clock: () => number, hasTime: () => boolean) {
    this.#steps = steps
    this.#clock = clock
    this.#hasTime = hasTime
  }

  async work(): Promise<Result> {
    for (let jobs = await this.#due(); jobs.length > 0 && this.#hasTime(); jobs = await this.#due()) {
      for (const job of jobs) if (this.#hasTime()) await this.#takeTurn(job)
    }
    if (this.#failed.size > 0) throw new Error(`unable to finish ${this.#failed.size} jobs; the log says why`)
    return this.#waiting.size === 0 ? {} : { next: Math.min(...this.#waiting.values()) }
  }

  async #due(): Promise<JobRow[]> {
    const idle = this.#failed.size + this.#waiting.size
    const jobs = await openJobs(JOBS_AT_ONCE + idle)
    return jobs.filter(({ jobId }) => !this.#failed.has(jobId) && !this.#waiting.has(jobId))
  }

  async #takeTurn(job: JobRow): Promise<void> {
    const { jobId, kind } = job
    try {
      await this.#doSteps(job)
    } catch (error) {
      this.#failed.add(jobId)
      logger.error('job failed', { jobId, kind, error: error as Error })
      await noteFailure(job, (error as Error).message).catch((error: unknown) => {
        logger.error('failure not noted', { jobId, kind, error: error as Error })
      })
    }
  }

  async #doSteps(job: JobRow): Promise<void> {
    const doStep = this.#steps[job.kind]
    if (doStep === undefined) throw new Error(`unable to do a job; there is no kind ${job.kind}`)
    let done = 0
    let { cursor, total } = job
    do {
      const step = await doStep({ ...job, ...(cursor === undefined ? {} : { cursor }) }, this.#clock())
      done += step.done
      total = step.total ?? total
      if (step.cursor === undefined) return finishJob({ ...job, ...defined({ total }) }, done, this.#clock())
      cursor = step.cursor
      if (step.notBefore !== undefined) this.#waiting.set(job.jobId, step.notBefore)
    } while (done < TURN && !this.#waiting.has(job.jobId) && this.#hasTime())
    if (cursor !== job.cursor) await saveProgress(job, { cursor, done, total })
  }
}

export const handler = janitor()
