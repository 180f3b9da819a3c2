import { count } from '../shared/progress-line.ts'
import { type TableOptions, withTable } from '../shared/with-table.ts'

/** Most jobs that are listed. */
const MAX_JOBS = 100

/** Lists the janitor's open jobs, oldest first. */
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

/** Returns the size of the table and the number of open jobs. AWS counts the rows every six hours. */
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
