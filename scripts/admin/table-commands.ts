import { count } from '../shared/progress-line.ts'
import { type TableOptions, withTable } from '../shared/with-table.ts'

/** Rows of the janitor that are listed. */
const MAX_JOBS = 100

/** The janitor's jobs that are to be done, the oldest first. */
export async function listJobs(options: TableOptions): Promise<Record<string, unknown>> {
  await withTable('list the jobs', options)
  const { openJobs } = await import('../../src/entities/job.ts')
  const jobs = await openJobs(MAX_JOBS)
  return {
    jobs: jobs.map(({ jobId, kind, done, total, error, createdAt }) => ({
      ...{ jobId, kind, done, total, error, since: new Date(createdAt).toISOString() },
    })),
  }
}

/** How large the table is, and what waits. AWS counts the rows every six hours. */
export async function stats(options: TableOptions): Promise<Record<string, unknown>> {
  await withTable('count', options)
  const [{ DescribeTableCommand, DynamoDBClient }, { openJobs }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('../../src/entities/job.ts'),
  ])
  const client = new DynamoDBClient({})
  const [{ Table }, jobs] = await Promise.all([
    client.send(new DescribeTableCommand({ TableName: process.env.TABLE_NAME })),
    openJobs(MAX_JOBS),
  ])
  return {
    table: Table?.TableName,
    state: Table?.TableStatus,
    rows: Table?.ItemCount,
    bytes: Table?.TableSizeBytes,
    jobs: jobs.length < MAX_JOBS ? jobs.length : `${count(MAX_JOBS, 'job')} or more`,
  }
}
