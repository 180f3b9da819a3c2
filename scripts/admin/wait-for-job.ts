import { setTimeout as sleep } from 'node:timers/promises'
import { count, ProgressLine } from '../shared/progress-line.ts'
import { ask, type ServerApi } from './server-api.ts'

const FIRST_MS = 250
const MOST_MS = 15_000

/** Waits until a job is done or has failed, and shows its progress. An interruption does not affect the job. */
export async function waitForJob(api: ServerApi, jobId: string): Promise<Record<string, unknown>> {
  const line = new ProgressLine('waiting')
  for (let delay = FIRST_MS; ; delay = Math.min(2 * delay, MOST_MS)) {
    const job = await ask(api, 'getJob', { jobId })
    if (job.state === 'done' || job.state === 'failed') {
      line.end()
      return job
    }
    const { done, total } = job as { done: number; total?: number }
    line.show(total === undefined ? undefined : done / total, `${count(done, 'item')} ${String(job.state)}`)
    await sleep(delay)
  }
}
