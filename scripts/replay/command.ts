import { parseArgs } from 'node:util'
import { localEnvironment } from '../shared/local-environment.ts'
import { describeRecord } from './describe-record.ts'
import { type FailedBatch, failedBatch } from './failed-batch.ts'
import { Posts } from './posts.ts'
import { replay, type StreamFunction } from './replay.ts'

const USAGE = 'usage: npm run replay -- [--dry-run] [--local http://localhost:8080] <s3://bucket/key or file>…'

/** Settings of the stream function that Terraform sets. */
const SETTINGS = ['TABLE_NAME', 'CONNECTIONS_ENDPOINT', 'FILES_BUCKET']

type Batch = FailedBatch & { location: string }

/**
 * Runs the command with the words that follow its name.
 *
 * @returns the exit status
 */
export async function replayCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { 'dry-run': { type: 'boolean' }, local: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  if (positionals.length === 0) throw new Error(USAGE)
  if (values.local !== undefined) Object.assign(process.env, await localEnvironment('replay', values.local))
  // All are read before the first is replayed, so that a misspelt name can't end a replay half-way.
  const batches = await Promise.all(
    positionals.map(async (location) => ({ location, ...(await failedBatch(location)) })),
  )
  if (values['dry-run']) {
    for (const batch of batches) {
      console.log(headingOf(batch))
      for (const record of batch.records) console.log(`  ${describeRecord(record)}`)
    }
    return 0
  }
  const posts = new Posts()
  const failures = await replayAll(batches, await streamFunction(posts))
  const counts = [...posts.counts()].map(([outcome, connections]) => `${String(connections)} ${outcome}`)
  console.log(`connections posted to: ${counts.length === 0 ? 'none' : counts.join(', ')}`)
  return failures + posts.undelivered() === 0 ? 0 : 1
}

/** Returns the number of records that failed again. */
async function replayAll(batches: readonly Batch[], handler: StreamFunction): Promise<number> {
  let failures = 0
  for (const batch of batches) {
    console.log(headingOf(batch))
    const failed = await replay(batch.records, handler)
    failures += failed.length
    for (const { sequenceNumber, error } of failed) {
      console.error(`  failed again: ${sequenceNumber}${error === undefined ? '' : `; ${error.message}`}`)
    }
    console.log(`  ${String(batch.records.length - failed.length)} replayed, ${String(failed.length)} failed`)
  }
  return failures
}

function headingOf({ location, records, condition }: Batch): string {
  const counted = `${String(records.length)} record${records.length === 1 ? '' : 's'}`
  return `${location}: ${counted}${condition === undefined ? '' : `, ${condition}`}`
}

async function streamFunction(posts: Posts): Promise<StreamFunction> {
  const missing = SETTINGS.filter((name) => !process.env[name])
  if (missing.length > 0) throw new Error(`unable to replay; not set: ${missing.join(', ')}`)
  // Metrics are log lines that only CloudWatch reads.
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true'
  process.env.POWERTOOLS_SERVICE_NAME ??= 'tabletalk-replay'
  const [{ streamHandler }, { postTo }] = await Promise.all([
    import('../../src/streams/handler.ts'),
    import('../../src/delivery/posting/post.ts'),
  ])
  return streamHandler(posts.watch(postTo(process.env.CONNECTIONS_ENDPOINT!)))
}
